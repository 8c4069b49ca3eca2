// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.commands.Units;
import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How far the start is.
 *
 * @param isReady whether all stages and the services beside them are ready
 * @param obstacle what will not be mended by waiting, in one line
 */
record Readiness(boolean isReady, Optional<String> obstacle) {
    private static final int ERROR_WIDTH = 120;

    /** Looks once. */
    static Readiness of(Services services) {
        return of(
                services.ifPresent(Flow.class, Flow::stages).orElse(List.of()),
                services.all(Stage.class, Stage::report),
                services::stoppedBundles);
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
                        .map(bundle -> "Bundle " + bundle + " is stopped. Start it with bundle:start " + bundle)
                        .findFirst());
        return new Readiness(!stages.isEmpty() && pending.isEmpty(), obstacle);
    }
}
