// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.component.Units;
import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How far the start is.
 *
 * @param isReady whether all stages and the services beside them are ready
 * @param stopped names of the bundles that are stopped; while a feature is being installed, also of those that are about to start
 * @param obstacle what will not be mended by waiting, in one line
 */
record Readiness(boolean isReady, Set<String> stopped, Optional<String> obstacle) {
    private static final int ERROR_WIDTH = 120;

    /** Copies the names. */
    Readiness {
        stopped = Collections.unmodifiableSortedSet(new TreeSet<>(stopped));
    }

    /** Looks once. */
    static Readiness of(Services services) {
        Readiness reported = of(
                services.ifPresent(Flow.class, Flow::stages).orElse(List.of()),
                services.all(Stage.class, Stage::report),
                services::stoppedBundles);
        return new Readiness(reported.isReady(), services.stoppedBundles(), reported.obstacle());
    }

    /**
     * Judges reports.
     *
     * @param stages of the flow, started or not; empty before the flow itself has started
     * @param started of all components that exist, also of those that only stages use
     * @param stopped names of the stopped bundles that a bundle needs
     */
    static Readiness of(List<StageReport> stages, List<StageReport> started, Function<String, Set<String>> stopped) {
        List<StageReport> pending = Stream.concat(started.stream(), stages.stream())
                .filter(report -> report.state() != StageState.READY)
                .toList();
        Optional<String> obstacle = pending.stream()
                .filter(report -> report.state() == StageState.FAILED)
                .map(report -> report.name() + " failed: "
                        + Units.firstLine(report.lastError().orElse("no reason given"), ERROR_WIDTH))
                .findFirst()
                .or(() -> pending.stream()
                        .flatMap(report -> stopped.apply(report.bundle()).stream())
                        .map(bundle -> stopped(Set.of(bundle)))
                        .findFirst());
        return new Readiness(!stages.isEmpty() && pending.isEmpty(), Set.of(), obstacle);
    }

    /** Whether there is nothing to wait for. */
    boolean isComplete() {
        return isReady && stopped.isEmpty();
    }

    /**
     * Names stopped bundles, and what to type.
     *
     * @param bundles symbolic names, at least one
     */
    static String stopped(Set<String> bundles) {
        return bundles.size() == 1
                ? "Bundle " + String.join("", bundles) + " is stopped. Start it with " + start(bundles)
                : "Bundles " + String.join(", ", bundles) + " are stopped. Start them with " + start(bundles);
    }

    /** The command that starts bundles. */
    static String start(Set<String> bundles) {
        return "bundle:start " + String.join(" ", bundles);
    }
}
