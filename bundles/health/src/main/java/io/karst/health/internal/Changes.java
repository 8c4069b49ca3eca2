// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.config.ConfigReport;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.event.Event;

/**
 * What changed from one look to the next, as events with short flat properties. The first look only remembers: what it finds is no change.
 * Not thread-safe.
 */
final class Changes {

    /** Topic of a stage whose state changed. */
    static final String STAGE = "io/karst/stage/CHANGED";

    /** Topic of the remote configuration whose state or list changed. */
    static final String CONFIGURATION = "io/karst/configuration/CHANGED";

    private static final String NOT_READY = "NOT_READY";
    private static final int LONGEST_TEXT = 500;

    private record Config(String state, long rootVersion, long targetsVersion) {}

    private Optional<Map<String, StageState>> stages = Optional.empty();
    private Optional<Config> configuration = Optional.empty();

    /** Events of the stages that came, changed or went. */
    List<Event> stages(List<StageReport> now) {
        Map<String, StageState> states = new HashMap<>();
        now.forEach(stage -> states.put(stage.name(), stage.state()));
        List<Event> events = new ArrayList<>();
        stages.ifPresent(before -> {
            now.stream()
                    .filter(stage -> stage.state() != before.get(stage.name()))
                    .forEach(stage -> events.add(changed(stage, before.get(stage.name()))));
            before.forEach((name, state) -> {
                if (!states.containsKey(name)) {
                    events.add(event(
                            STAGE,
                            Map.of("stage", name, "state", "UNINSTALLED", "previous", state.name(), "error", "")));
                }
            });
        });
        stages = Optional.of(states);
        return events;
    }

    private static Event changed(StageReport stage, @Nullable StageState before) {
        return event(
                STAGE,
                Map.of(
                        "stage", stage.name(),
                        "order", stage.order(),
                        "state", stage.state().name(),
                        "previous", before == null ? "" : before.name(),
                        "since", stage.since(),
                        "error", stage.lastError().orElse("")));
    }

    /**
     * Event of a change of the remote configuration.
     *
     * @param now empty if stage 5 is not ready
     */
    Optional<Event> configuration(Optional<ConfigReport> now) {
        Config config = now.map(
                        report -> new Config(report.state().name(), report.rootVersion(), report.targetsVersion()))
                .orElse(new Config(NOT_READY, 0, 0));
        Optional<Event> event = configuration
                .filter(before -> !before.equals(config))
                .map(before -> event(
                        CONFIGURATION,
                        Map.of(
                                "state", config.state(),
                                "previous", before.state(),
                                "rootVersion", config.rootVersion(),
                                "targetsVersion", config.targetsVersion(),
                                "source", now.map(ConfigReport::source).orElse(""),
                                "error", now.flatMap(ConfigReport::lastError).orElse(""))));
        configuration = Optional.of(config);
        return event;
    }

    /** Texts are safe and short: Karaf's audit log fails with long ones. */
    private static Event event(String topic, Map<String, Object> properties) {
        Map<String, Object> flat = new TreeMap<>();
        properties.forEach((key, value) -> flat.put(key, value instanceof Number ? value : text(value)));
        return new Event(topic, flat);
    }

    private static String text(Object value) {
        String safe = SafeText.of(value);
        return safe.length() > LONGEST_TEXT ? safe.substring(0, LONGEST_TEXT) + "..." : safe;
    }
}
