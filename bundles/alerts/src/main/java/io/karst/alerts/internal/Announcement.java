// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.karst.component.SafeText;
import io.karst.component.Units;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A change as flat properties, the same in the event, the JMX notification and the webhook's JSON. Names are {@link SafeText safe}: they come
 * from others.
 *
 * @param kind what happened
 * @param properties strings, and numbers as Integer or Double
 */
record Announcement(AlertChange.Kind kind, SortedMap<String, Object> properties) {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final int NAME_WIDTH = 64;

    Announcement {
        properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    /**
     * Describes a change.
     *
     * @param host name of this host
     */
    static Announcement of(AlertChange change, String host) {
        LockAlert alert = change.alert();
        AlertRule rule = alert.rule();
        Measure measure = rule.measure();
        SortedMap<String, Object> properties = new TreeMap<>(Map.of(
                "alert", rule.name(),
                "state", change.kind().name(),
                "host", name(host),
                "map", name(alert.mapName()),
                "mapId", alert.map().id(),
                "kind", AlertRule.word(alert.kind()),
                "measure", measure.word(),
                "value", alert.value(),
                "threshold", rule.threshold(),
                "reason", change.reason()));
        properties.put("at", change.at().toString());
        properties.put("firedAt", alert.since().toString());
        properties.put("uuid", uuid(alert));
        properties.put("text", text(change, name(host)));
        return new Announcement(change.kind(), properties);
    }

    private static String name(String text) {
        return Units.firstLine(SafeText.of(text), NAME_WIDTH);
    }

    /** The same for both changes of one alert on one lock. */
    private static String uuid(LockAlert alert) {
        String parts = alert.rule().name() + " " + alert.map() + " " + alert.kind() + " " + alert.since();
        return UUID.nameUUIDFromBytes(parts.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static String text(AlertChange change, String host) {
        LockAlert alert = change.alert();
        AlertRule rule = alert.rule();
        Measure measure = rule.measure();
        String map = alert.mapName().isEmpty() ? "map" : name(alert.mapName());
        return "Alert " + rule.name() + " is " + change.kind() + " on " + host + ": " + map + " (id "
                + alert.map().id() + "), " + Units.words(alert.kind()) + ": " + measure.text(alert.value()) + " "
                + measure.what() + ", threshold " + measure.text(rule.threshold()) + " for "
                + Units.duration(rule.time())
                + (change.reason().isEmpty() ? "" : ". Reason: " + change.reason());
    }

    /** One sentence. */
    String text() {
        return String.valueOf(properties.get("text"));
    }

    /** All properties as a JSON object. */
    String json() {
        return GSON.toJson(properties);
    }
}
