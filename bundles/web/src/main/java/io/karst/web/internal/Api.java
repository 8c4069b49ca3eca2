// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import com.google.gson.JsonArray;
import io.karst.config.ConfigListeners;
import io.karst.contention.ContentionHistory;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Answers questions below {@code /karst/api/v1/}; {@code openapi.json} describes them. Knows nothing of servlets. Thread-safe. */
final class Api {
    private static final Pattern MAP = Pattern.compile("maps/([0-9]{1,9})");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Duration DEFAULT_RANGE = Duration.ofMinutes(10);

    /** Columns by table. */
    private static final Map<String, List<String>> TABLES = Map.of(
            "locks", ContentionView.LOCK_COLUMNS,
            "history", ContentionView.RANGE_COLUMNS,
            "maps", MapsView.COLUMNS,
            "single", List.of("kind", "index", "count", "totalNanos", "maxNanos"),
            "stages", List.of("order", "name", "bundle", "state", "since", "durationMillis", "waitingFor", "lastError"),
            "checks", List.of("ability", "answer", "need", "evidence", "effect", "remedy"),
            "configurations", List.of("product", "id", "path", "version", "sha256", "bytes", "state", "reason"),
            "clients",
                    List.of(
                            "name",
                            "client",
                            "labels",
                            "seen",
                            "gone",
                            "targetsVersion",
                            "applied",
                            "pending",
                            "rejected",
                            "error"));

    /** Probes ask the kernel: not each time that somebody looks. */
    private static final Duration CHECKS_KEPT = Duration.ofSeconds(10);

    /** A wrong question; the message says what is allowed. */
    private static final class BadRequest extends Exception {
        private static final long serialVersionUID = 1;

        BadRequest(String message) {
            super(message);
        }
    }

    private final Sources sources;
    private final Clock clock;
    private final Present present;
    private final ContentionView contention;
    private @Nullable Json checks;
    private Instant checked = Instant.MIN;

    Api(Sources sources, Clock clock, Present present) {
        this.sources = sources;
        this.clock = clock;
        this.present = present;
        contention = new ContentionView(sources);
    }

    /**
     * Answers one.
     *
     * @param path path after {@code /api/v1/}
     * @param query parameters
     * @throws InterruptedException if the thread is interrupted while it waits for a reading
     */
    Answer answer(String path, Map<String, String> query) throws InterruptedException {
        try {
            BiFunction<Json, String, Answer> form = form(query);
            if (path.equals("now")) {
                return form.apply(now(), "locks");
            }
            if (path.equals("history")) {
                return form.apply(history(query), "history");
            }
            if (path.equals("maps")) {
                return form.apply(maps(), "maps");
            }
            if (path.equals("flow")) {
                return form.apply(SystemView.flow(sources.stages()), "stages");
            }
            if (path.equals("doctor")) {
                return form.apply(doctor(), "checks");
            }
            if (path.equals("configuration")) {
                return form.apply(configuration(), "configurations");
            }
            if (path.equals("clients")) {
                return form.apply(clients(), "clients");
            }
            return MAP.matcher(path).matches()
                    ? map(Integer.parseInt(path.substring("maps/".length())), form)
                    : Answer.error(404, "There is no " + path + ". See openapi.json");
        } catch (BadRequest e) {
            return Answer.error(400, String.valueOf(e.getMessage()));
        }
    }

    /** How the answer is wanted: as it is, as a file, or as a table in a file. */
    private static BiFunction<Json, String, Answer> form(Map<String, String> query) throws BadRequest {
        String form = query.getOrDefault("format", "");
        return switch (form) {
            case "" -> (document, table) -> Answer.json(200, document);
            case "json" -> (document, table) -> Answer.json(200, document).saved("karst-" + table + ".json");
            case "csv" -> (document, table) -> csv(document, table);
            default -> throw new BadRequest("format=" + form + " is neither json nor csv");
        };
    }

    private static Answer csv(Json document, String table) {
        List<String> columns = TABLES.getOrDefault(table, List.of());
        JsonArray rows = document.object().getAsJsonArray(table.equals("history") ? "locks" : table);
        return Answer.csv(Csv.of(columns, rows == null ? new JsonArray() : rows))
                .saved("karst-" + table + ".csv");
    }

    /** Contention now; costs at most one reading of the counters a second, whoever asks. */
    Json now() throws InterruptedException {
        Optional<LockContention> service = Sources.first(sources.contention);
        if (service.isEmpty()) {
            return contention.unavailable();
        }
        try {
            RecentContention recent = present.read(service.get());
            return contention.now(recent);
        } catch (IllegalStateException e) {
            return contention.unavailable(); // it is just being stopped
        }
    }

    private Json history(Map<String, String> query) throws BadRequest {
        Instant to = time(query, "to", clock.instant());
        Instant from = time(query, "from", to.minus(DEFAULT_RANGE));
        if (!from.isBefore(to)) {
            throw new BadRequest("from=" + from + " is not before to=" + to);
        }
        String map = query.getOrDefault("map", "");
        if (!map.isEmpty() && !NUMBER.matcher(map).matches()) {
            throw new BadRequest("map=" + map + " is not the id of a map");
        }
        Optional<Integer> id = map.isEmpty() ? Optional.empty() : Optional.of(Integer.valueOf(map));
        Optional<ContentionHistory> history = Sources.first(sources.history);
        return history.map(found -> ContentionView.history(
                        found.between(from, to),
                        id,
                        id.map(one -> found.singleLocks(one, from, to)).orElse(List.of()),
                        found.oldest()))
                .orElseGet(() -> unavailable("Bundle io.karst.history is not started"));
    }

    private static Instant time(Map<String, String> query, String name, Instant otherwise) throws BadRequest {
        String text = query.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new BadRequest(name + "=" + text + " is not a time such as 2026-11-29T12:00:00Z");
        }
    }

    private static Json unavailable(String reason) {
        return new Json().put("available", false).put("reason", reason);
    }

    private Json maps() {
        return Sources.first(sources.inventory)
                .map(found -> MapsView.maps(found.current()))
                .orElseGet(() -> unavailable(sources.missing("initialize")));
    }

    private Answer map(int id, BiFunction<Json, String, Answer> form) {
        Optional<ResourceInventory> inventory = Sources.first(sources.inventory);
        if (inventory.isEmpty()) {
            return form.apply(unavailable(sources.missing("initialize")), "single");
        }
        MapResource map = sources.maps().get(id);
        return map == null
                ? Answer.error(404, "There is no map with id " + id)
                : form.apply(
                        MapsView.map(
                                map,
                                Sources.first(sources.contention).map(LockContention::latest),
                                sources.visibility()),
                        "single");
    }

    private synchronized Json doctor() {
        Instant now = clock.instant();
        Json kept = checks;
        boolean fresh = Duration.between(checked, now).abs().compareTo(CHECKS_KEPT) < 0;
        if (kept == null || !fresh) {
            kept = SystemView.doctor(sources.probes);
            checks = kept;
            checked = now;
        }
        return kept;
    }

    private Json configuration() {
        return Sources.first(sources.updates)
                .map(found -> SystemView.configuration(
                        found.report(),
                        Sources.first(sources.listeners)
                                .map(ConfigListeners::listeners)
                                .orElse(List.of())))
                .orElseGet(() -> unavailable(
                        sources.stages().stream().anyMatch(stage -> stage.name().equals("config-poller"))
                                ? sources.missing("config-poller")
                                : "Remote configuration is not installed. Install it with feature:install"
                                        + " karst-config"));
    }

    private Json clients() {
        return Sources.first(sources.clients)
                .map(found -> SystemView.clients(found.seen()))
                .orElseGet(() -> unavailable(
                        sources.stages().stream().anyMatch(stage -> stage.name().equals("config-server"))
                                ? "The configuration server is not ready"
                                : "The configuration server is not installed here. Install it with feature:install"
                                        + " karst-config-server"));
    }
}
