// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.config.AppliedConfig;
import io.karst.config.ConfigReport;
import io.karst.remoteconfig.client.OfflineProof;
import io.karst.remoteconfig.client.VerifiedConfig;
import java.time.Instant;
import java.util.Locale;

/** What the commands print with {@code --json}. */
final class CommandJson {

    private CommandJson() {}

    static String of(ConfigReport report) {
        JsonObject document = new JsonObject();
        document.addProperty("state", report.state().name());
        document.addProperty("since", report.since().toString());
        document.addProperty("server", report.source());
        document.addProperty("client", report.clientId());
        document.addProperty("rootVersion", report.rootVersion());
        document.addProperty("targetsVersion", report.targetsVersion());
        document.addProperty("expires", report.expires().map(Instant::toString).orElse(null));
        document.addProperty(
                "lastSuccess", report.lastSuccess().map(Instant::toString).orElse(null));
        document.addProperty("lastError", report.lastError().orElse(null));
        document.addProperty("storage", report.storage());
        JsonArray configs = new JsonArray();
        report.configs().forEach(applied -> configs.add(json(applied)));
        document.add("configurations", configs);
        return print(document);
    }

    static String of(OfflineProof proof) {
        JsonObject document = new JsonObject();
        document.addProperty("rootVersion", proof.rootVersion());
        document.addProperty("targetsVersion", proof.targetsVersion());
        document.addProperty("expires", proof.expires().toString());
        document.addProperty("expired", proof.expired());
        JsonArray configs = new JsonArray();
        proof.configs().forEach(config -> configs.add(json(config)));
        document.add("configurations", configs);
        return print(document);
    }

    private static String print(JsonObject document) {
        return new GsonBuilder()
                .setPrettyPrinting()
                .serializeNulls()
                .disableHtmlEscaping()
                .create()
                .toJson(document);
    }

    private static JsonObject json(VerifiedConfig config) {
        JsonObject document = new JsonObject();
        document.addProperty("path", config.file().path());
        document.addProperty("version", config.file().version());
        document.addProperty("sha256", config.file().sha256());
        document.addProperty("bytes", config.file().size());
        return document;
    }

    private static JsonObject json(AppliedConfig applied) {
        JsonObject document = new JsonObject();
        document.addProperty("product", applied.config().product());
        document.addProperty("id", applied.config().id());
        document.addProperty("path", applied.config().path());
        document.addProperty("version", applied.config().version());
        document.addProperty("sha256", applied.config().sha256());
        document.addProperty("bytes", applied.config().size());
        document.addProperty("state", applied.state().name().toLowerCase(Locale.ROOT));
        document.addProperty("reason", applied.reason());
        return document;
    }
}
