// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Looks up services when they are used: one that is missing is a state to report, and nothing here waits for one. */
record Lookup(BundleContext context) {

    /** Reads from a service; empty if it is not there. */
    <S, R> Optional<R> read(Class<S> type, Function<S, R> read) {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (reference == null || service == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(read.apply(service));
        } finally {
            context.ungetService(reference);
        }
    }

    /** Reads from the services of a type that some bundles offer. */
    <S, R> List<R> all(Class<S> type, Predicate<String> bundle, Function<S, R> read) {
        List<R> results = new ArrayList<>();
        for (ServiceReference<S> reference : references(type)) {
            S service = bundle.test(reference.getBundle().getSymbolicName()) ? context.getService(reference) : null;
            if (service != null) {
                try {
                    results.add(read.apply(service));
                } finally {
                    context.ungetService(reference);
                }
            }
        }
        return results;
    }

    private <S> List<ServiceReference<S>> references(Class<S> type) {
        try {
            return context.getServiceReferences(type, null).stream()
                    .filter(reference -> reference.getBundle() != null)
                    .sorted()
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }
}
