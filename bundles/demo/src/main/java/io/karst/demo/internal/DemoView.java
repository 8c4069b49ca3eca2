// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.karst.locks.ContentionLoadLayout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The demo's state as text and as JSON.
 *
 * @param status empty if nothing was ever started
 * @param kinds what can be seen of each kind
 * @param now when it is shown
 */
record DemoView(Optional<DemoStatus> status, List<KindVisibility> kinds, Instant now) {

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (status.isEmpty()) {
            lines.add("nothing was started yet: karst:demo start");
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
                Locale.ROOT,
                "map %d %s, its locks taken %,d times",
                shown.mapId(),
                shown.map(),
                shown.runs() * ContentionLoadLayout.TURNS));
        KindVisibility seen = KindVisibility.find(kinds, plan.kind());
        if (seen.isWorse()) {
            lines.add("its waits are seen " + seen.amount() + " here: " + seen.reason());
        } else if (shown.state() == DemoStatus.State.RUNNING) {
            lines.add("karst:locks --map " + shown.mapId() + " --seconds 5 shows who waits");
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

    /** Kinds whose waits cannot all be seen here, one line each. */
    List<String> limits() {
        return kinds.stream()
                .filter(KindVisibility::isWorse)
                .map(kind -> kind.kind().word() + ": seen " + kind.amount() + " here: " + kind.reason())
                .toList();
    }

    JsonObject json() {
        JsonObject object = new JsonObject();
        object.addProperty("state", status.map(shown -> shown.state().name()).orElse("IDLE"));
        object.add("kind", text(status.map(shown -> shown.plan().kind().word())));
        object.add("threads", number(status.map(shown -> shown.plan().threads())));
        object.add("since", text(status.map(shown -> shown.since().toString())));
        object.add(
                "seconds", number(status.flatMap(shown -> shown.plan().time()).map(Duration::toSeconds)));
        object.add("mapId", number(status.map(DemoStatus::mapId)));
        object.add("map", text(status.map(DemoStatus::map)));
        object.add("locksTaken", number(status.map(shown -> shown.runs() * ContentionLoadLayout.TURNS)));
        object.add("lastError", text(status.flatMap(DemoStatus::failure)));
        JsonArray array = new JsonArray();
        for (KindVisibility kind : kinds) {
            JsonObject entry = new JsonObject();
            entry.addProperty("kind", kind.kind().word());
            entry.addProperty("lock", kind.kind().lock().name());
            entry.add("visibility", text(kind.visibility().map(Enum::name)));
            entry.addProperty("reason", kind.reason());
            array.add(entry);
        }
        object.add("kinds", array);
        return object;
    }

    private static JsonElement text(Optional<String> value) {
        return value.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
    }

    private static JsonElement number(Optional<? extends Number> value) {
        return value.<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE);
    }
}
