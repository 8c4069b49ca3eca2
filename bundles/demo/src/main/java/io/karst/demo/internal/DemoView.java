// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The demo's state as text and as JSON.
 *
 * @param status empty if no load was ever started
 * @param kinds whether this kernel reports the waits of each kind
 * @param now when it is shown
 */
record DemoView(Optional<DemoStatus> status, List<KindVisibility> kinds, Instant now) {
    static final Columns<KindVisibility> KIND = Columns.fields(List.of(
            Column.field("kind", kind -> kind.kind().word()),
            Column.field("lock", kind -> kind.kind().lock()),
            Column.field("visibility", KindVisibility::visibility),
            Column.field("reason", KindVisibility::reason)));

    static final Columns<DemoView> DOCUMENT = Columns.fields(List.of(
            Column.field(
                    "state",
                    "IDLE (not started yet), RUNNING, ENDED, FAILED",
                    view -> view.status.map(shown -> shown.state().name()).orElse("IDLE")),
            Column.field(
                    "kind",
                    "kind of demo",
                    view -> view.plan().map(plan -> plan.kind().word())),
            Column.field("threads", "number of threads", view -> view.plan().map(DemoPlan::threads)),
            Column.field("since", "when it was started", view -> view.status.map(DemoStatus::since)),
            Column.field(
                    "seconds",
                    "its duration, s; null if it runs until stopped",
                    view -> view.plan().flatMap(DemoPlan::time).map(Duration::toSeconds)),
            Column.field("mapId", "id and name of the map", view -> view.status.map(DemoStatus::mapId)),
            Column.field("map", view -> view.status.map(DemoStatus::map)),
            Column.field(
                    "locksTaken",
                    "number of times the lock was taken so far",
                    view -> view.status.map(DemoStatus::locksTaken)),
            Column.field("lastError", "why it ended early", view -> view.status.flatMap(DemoStatus::failure)),
            Column.field(
                    "kinds",
                    "for each kind: kind, lock (kind of lock), visibility (FULL, PARTIAL, BLIND; null if not tested yet), reason",
                    view -> KIND.json(view.kinds))));

    private Optional<DemoPlan> plan() {
        return status.map(DemoStatus::plan);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (status.isEmpty()) {
            lines.add("No demo is running. Start one with karst:demo start");
        }
        status.ifPresent(shown -> lines.addAll(lines(shown)));
        return lines;
    }

    private List<String> lines(DemoStatus shown) {
        List<String> lines = new ArrayList<>();
        DemoPlan plan = shown.plan();
        String what = plan.kind().word() + ", " + plan.threads() + (plan.threads() == 1 ? " thread" : " threads");
        lines.add(
                switch (shown.state()) {
                    case RUNNING -> "running: " + what + left(shown);
                    case ENDED -> "ended: " + what;
                    case FAILED -> "failed: " + what + ": " + shown.failure().orElse("");
                });
        lines.add(String.format(
                Locale.ROOT, "map %d %s, locks taken %,d times", shown.mapId(), shown.map(), shown.locksTaken()));
        KindVisibility seen = KindVisibility.find(kinds, plan.kind());
        if (seen.isWorse()) {
            lines.add(seen.sentence() + ". Details: karst:doctor --all");
        } else if (shown.state() == DemoStatus.State.RUNNING) {
            lines.add("karst:locks --map " + shown.mapId() + " --seconds 5 shows its contention");
        }
        return lines;
    }

    private String left(DemoStatus shown) {
        return shown.plan()
                .time()
                .map(time -> Duration.between(now, shown.since().plus(time)))
                .map(left -> ", " + Math.max(0, left.toSeconds()) + " s left")
                .orElse(", until karst:demo stop");
    }

    /** What this kernel does not report, with the kinds of demo that this concerns. */
    List<String> limits() {
        Map<String, String> words = kinds.stream()
                .filter(KindVisibility::isWorse)
                .collect(Collectors.groupingBy(
                        KindVisibility::sentence,
                        LinkedHashMap::new,
                        Collectors.mapping(kind -> kind.kind().word(), Collectors.joining(", "))));
        List<String> lines = new ArrayList<>();
        words.forEach((sentence, concerned) -> lines.add(sentence + ": " + concerned));
        if (!lines.isEmpty()) {
            lines.add("Details: karst:doctor --all");
        }
        return lines;
    }
}
