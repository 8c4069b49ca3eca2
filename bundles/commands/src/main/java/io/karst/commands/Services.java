// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Looks services up at the moment they are used. A command that had them injected would vanish from the shell while a
 * stage is not ready, which is just when an operator asks.
 */
public final class Services {

    /** Work on a service. */
    public interface Use<S, R> {

        /**
         * Does it.
         *
         * @param service valid during the call only
         * @throws CommandException if the operator's arguments are at fault
         * @throws InterruptedException if the operator stopped the command
         */
        R with(S service) throws CommandException, InterruptedException;
    }

    private static final int ERROR_WIDTH = 120;

    private final BundleContext context;

    /** Looks up in a bundle's name. */
    public Services(BundleContext context) {
        this.context = context;
    }

    /**
     * Uses a service.
     *
     * @param owner stage or bundle that registers it, for the message
     * @throws CommandException if it is not registered; names what is not ready
     * @throws InterruptedException if the operator stopped the command
     */
    public <S, R> R require(Class<S> type, String owner, Use<S, R> use) throws CommandException, InterruptedException {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (reference == null || service == null) {
            throw new CommandException(notReady(owner));
        }
        try {
            return use.with(service);
        } finally {
            context.ungetService(reference);
        }
    }

    /** Reads from a service; empty if it is not there. */
    public <S, R> Optional<R> ifPresent(Class<S> type, Function<S, R> read) {
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

    /** Reads from all services of a type, in the order they were registered. */
    public <S, R> List<R> all(Class<S> type, Function<S, R> read) {
        List<R> results = new ArrayList<>();
        for (ServiceReference<S> reference : references(type)) {
            S service = context.getService(reference);
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
            Collection<ServiceReference<S>> found = context.getServiceReferences(type, null);
            return found.stream().sorted(Comparator.reverseOrder()).toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    private String notReady(String owner) {
        if (owner.equals("flow")) {
            return "flow is not ready. Start bundle io.karst.flow";
        }
        return notReady(owner, ifPresent(Flow.class, Flow::stages).orElse(List.of()));
    }

    /** Names the first stage that is not ready up to the owner itself, because that is the one to look at. */
    static String notReady(String owner, List<StageReport> stages) {
        for (StageReport stage : stages) {
            if (stage.state() == StageState.FAILED) {
                return "Stage " + stage.name() + " failed"
                        + stage.lastError()
                                .map(error -> ": " + Units.firstLine(error, ERROR_WIDTH))
                                .orElse("")
                        + ". See karst:flow";
            }
            if (stage.state() != StageState.READY) {
                return "Stage " + stage.name() + " is not ready. See karst:flow";
            }
            if (stage.name().equals(owner)) {
                break;
            }
        }
        return owner + " is not ready. See karst:flow";
    }
}
