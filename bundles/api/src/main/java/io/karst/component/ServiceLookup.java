// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Looks up services when they are used, for bundles to which a missing service is a state to report.
 *
 * @param context of the bundle that uses them
 */
public record ServiceLookup(BundleContext context) {

    /** Reads from a service; empty if it is not there. */
    public <S, R> Optional<R> read(Class<S> type, Function<S, R> read) {
        ServiceReference<S> reference = context.getServiceReference(type);
        return reference == null ? Optional.empty() : read(reference, read);
    }

    /** Reads from all services of a type, in the order they were registered, the highest ranked first. */
    public <S, R> List<R> all(Class<S> type, Function<S, R> read) {
        List<R> results = new ArrayList<>();
        references(type).forEach(reference -> read(reference, read).ifPresent(results::add));
        return results;
    }

    /**
     * Reads from the services of a type that some bundles registered.
     *
     * @param bundle receives the symbolic name of each bundle
     */
    public <S, R> List<R> all(Class<S> type, Predicate<String> bundle, Function<S, R> read) {
        List<R> results = new ArrayList<>();
        for (ServiceReference<S> reference : references(type)) {
            Bundle registrar = reference.getBundle(); // null once the service is gone
            if (registrar != null && bundle.test(registrar.getSymbolicName())) {
                read(reference, read).ifPresent(results::add);
            }
        }
        return results;
    }

    private <S, R> Optional<R> read(ServiceReference<S> reference, Function<S, R> read) {
        S service = context.getService(reference);
        if (service == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(read.apply(service));
        } finally {
            context.ungetService(reference);
        }
    }

    private <S> List<ServiceReference<S>> references(Class<S> type) {
        try {
            return context.getServiceReferences(type, null).stream()
                    .sorted(Comparator.reverseOrder())
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }
}
