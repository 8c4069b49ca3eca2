// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import io.karst.component.SafeText;
import io.karst.config.ConfigChange.ConfigTopics;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who changed what: one line in the log and one event for each change. */
final class Audit {

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    private Audit() {}

    /**
     * Tells a change that was made.
     *
     * @param change upper-case word
     * @param details what was changed
     */
    static void tell(Services services, String change, Map<String, Object> details) {
        Event event = event(change, KarstCommand.user(), details);
        LOG.info("{}", line(change, event));
        services.ifPresent(EventAdmin.class, events -> {
            events.postEvent(event);
            return true;
        });
    }

    /** Names are safe: they come from others. */
    static Event event(String change, String user, Map<String, Object> details) {
        Map<String, Object> properties = new TreeMap<>();
        details.forEach((key, value) -> properties.put(key, value instanceof Number ? value : SafeText.of(value)));
        properties.put(ConfigTopics.USER, SafeText.of(user));
        return new Event(ConfigTopics.AUDIT + change, properties);
    }

    static String line(String change, Event event) {
        return "change=" + change + " user=" + event.getProperty(ConfigTopics.USER)
                + java.util.Arrays.stream(event.getPropertyNames())
                        .filter(key -> !key.equals(ConfigTopics.USER) && !key.equals("event.topics"))
                        .sorted()
                        .map(key -> " " + key + "=" + event.getProperty(key))
                        .collect(Collectors.joining());
    }
}
