// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import io.karst.component.ServiceLookup;
import io.karst.component.Units;
import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Looks up services when they are used. A command with injected services would vanish from the shell while a stage is not
 * ready, which is when an operator needs it.
 */
public final class Services {

    /** Work on a service. */
    public interface Use<S, R> {

        /**
         * Does it.
         *
         * @param service valid during the call only
         * @throws CommandException if an argument is wrong
         * @throws InterruptedException if the operator stopped the command
         */
        R with(S service) throws CommandException, InterruptedException;
    }

    private static final int ERROR_WIDTH = 120;
    private static final String FLOW = "flow";

    private final BundleContext context;
    private final ServiceLookup lookup;

    /** Looks up services for a bundle. */
    public Services(BundleContext context) {
        this.context = context;
        lookup = new ServiceLookup(context);
    }

    /**
     * Uses a service.
     *
     * @param owner stage or bundle that registers it, without {@code io.karst.}; for the message
     * @throws CommandException if it is not registered; names what is not ready
     * @throws InterruptedException if the operator stopped the command
     */
    public <S, R> R require(Class<S> type, String owner, Use<S, R> use) throws CommandException, InterruptedException {
        return require(type, owner, owner, use);
    }

    /**
     * Uses a service of a bundle that starts after a stage without being one.
     *
     * @param owner bundle that registers it, without {@code io.karst.}; for the message
     * @param after the last stage that the bundle needs
     * @throws CommandException if it is not registered; names what is not ready
     * @throws InterruptedException if the operator stopped the command
     */
    public <S, R> R require(Class<S> type, String owner, String after, Use<S, R> use)
            throws CommandException, InterruptedException {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (reference == null || service == null) {
            throw new CommandException(notReady(owner, after));
        }
        try {
            return use.with(service);
        } finally {
            context.ungetService(reference);
        }
    }

    /** Reads from a service; empty if it is not there. */
    public <S, R> Optional<R> ifPresent(Class<S> type, Function<S, R> read) {
        return lookup.read(type, read);
    }

    /** Reads from all services of a type, in the order they were registered. */
    public <S, R> List<R> all(Class<S> type, Function<S, R> read) {
        return lookup.all(type, read);
    }

    /**
     * Names the bundles that somebody stopped and that a bundle needs, itself among them.
     *
     * @param bundle symbolic name
     */
    public Set<String> stoppedBundles(String bundle) {
        return StoppedBundles.neededBy(bundle, context);
    }

    /** Names all bundles of Karst that are stopped, whether something needs them or not. */
    public Set<String> stoppedBundles() {
        return StoppedBundles.ofKarst(context);
    }

    private String notReady(String owner, String after) {
        Set<String> stopped = stoppedBundles(bundle(owner));
        if (!stopped.isEmpty()) {
            return StoppedBundles.notReady(owner, stopped);
        }
        if (Arrays.stream(context.getBundles()).noneMatch(each -> bundle(owner).equals(each.getSymbolicName()))) {
            return owner + " is not ready: bundle " + bundle(owner) + " is not installed";
        }
        if (owner.equals(FLOW)) {
            return FLOW + " is not ready. Try again in a moment";
        }
        List<StageReport> stages = ifPresent(Flow.class, Flow::stages).orElse(List.of());
        return owner.equals(after)
                ? notReady(owner, stages)
                : report(owner)
                        .map(own -> starting(owner, own))
                        .or(() -> blocking(owner, after, stages))
                        .orElseGet(() -> starting(owner));
    }

    static String notReady(String owner, List<StageReport> stages) {
        return blocking(owner, owner, stages).orElse(owner + " is not ready. See karst:flow");
    }

    /** What a bundle's component says of its start; empty while something that it refers to is missing. */
    private Optional<StageReport> report(String owner) {
        return all(Stage.class, Stage::report).stream()
                .filter(report -> report.bundle().equals(bundle(owner)))
                .findFirst();
    }

    private static String starting(String owner, StageReport own) {
        return own.lastError()
                .map(error -> owner + " failed and will be retried: " + Units.firstLine(error, ERROR_WIDTH))
                .orElseGet(() -> starting(owner));
    }

    private static String starting(String owner) {
        return owner + " is starting. Try again in a moment";
    }

    private static String bundle(String owner) {
        return "io.karst." + owner;
    }

    /**
     * The first stage up to {@code after} that is not ready, because that is the one to look at. A service beside the stages needs
     * none of them, and none needs it.
     */
    private static Optional<String> blocking(String owner, String after, List<StageReport> stages) {
        boolean beside = stages.stream().anyMatch(stage -> stage.name().equals(after) && !stage.isStage());
        List<StageReport> needed = stages.stream()
                .filter(stage -> beside ? stage.name().equals(after) : stage.isStage())
                .toList();
        for (StageReport stage : needed) {
            if (stage.state() == StageState.FAILED) {
                return Optional.of("Stage " + stage.name() + " failed"
                        + stage.lastError()
                                .map(error -> ": " + Units.firstLine(error, ERROR_WIDTH))
                                .orElse("")
                        + ". See karst:flow");
            }
            if (stage.state() != StageState.READY) {
                return Optional.of("Stage " + stage.name() + " is not ready. See karst:flow");
            }
            if (stage.name().equals(after)) {
                return Optional.empty();
            }
        }
        return Optional.of(owner + " is not ready. See karst:flow");
    }
}
