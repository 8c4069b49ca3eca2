// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.format.JsonValue.JsonArray;
import io.karst.remoteconfig.format.JsonValue.JsonBoolean;
import io.karst.remoteconfig.format.JsonValue.JsonInteger;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes root and targets metadata. */
final class SignedDocument {

    private SignedDocument() {}

    static Bytes root(long version, Instant expires, RoleKeys root, RoleKeys targets, List<SigningKey> signers) {
        Map<String, JsonValue> keys = new LinkedHashMap<>();
        root.keys().forEach(key -> keys.put(key.keyId(), key.description()));
        targets.keys().forEach(key -> keys.put(key.keyId(), key.description()));
        Map<String, JsonValue> roles = new LinkedHashMap<>();
        roles.put("root", role(root));
        roles.put("targets", role(targets));
        // This repository has neither; the specification wants them declared.
        roles.put("snapshot", role(targets));
        roles.put("timestamp", role(targets));
        Map<String, JsonValue> signed = header("root", version, expires);
        signed.put("consistent_snapshot", new JsonBoolean(true));
        signed.put("keys", new JsonObject(keys));
        signed.put("roles", new JsonObject(roles));
        return sign(new JsonObject(signed), signers);
    }

    static Bytes targets(
            long version,
            RepositorySettings settings,
            Instant now,
            Iterable<PublishedConfig> configs,
            List<SigningKey> signers) {
        Map<String, JsonValue> targets = new LinkedHashMap<>();
        configs.forEach(config -> targets.put(config.path().text(), target(config)));
        Map<String, JsonValue> custom = new LinkedHashMap<>();
        settings.organisation().ifPresent(uuid -> custom.put("org_uuid", new JsonString(uuid)));
        Map<String, JsonValue> signed = header("targets", version, now.plus(settings.targetsValidity()));
        signed.put("custom", new JsonObject(custom));
        signed.put("targets", new JsonObject(targets));
        String digest = new JsonObject(signed).canonical().digest("SHA-256").toHex();
        Bytes state = new BackendState(version, digest).toBytes();
        custom.put("opaque_backend_state", new JsonString(Base64.getEncoder().encodeToString(state.toArray())));
        signed.put("custom", new JsonObject(custom));
        return sign(new JsonObject(signed), signers);
    }

    private static Map<String, JsonValue> header(String type, long version, Instant expires) {
        Map<String, JsonValue> signed = new LinkedHashMap<>();
        signed.put("_type", new JsonString(type));
        signed.put("spec_version", new JsonString("1.0"));
        signed.put("version", JsonInteger.of(version));
        signed.put(
                "expires",
                new JsonString(expires.truncatedTo(ChronoUnit.SECONDS).toString()));
        return signed;
    }

    private static JsonObject role(RoleKeys role) {
        List<JsonValue> ids = new ArrayList<>();
        role.keys().stream().map(SigningKey::keyId).distinct().forEach(id -> ids.add(new JsonString(id)));
        return new JsonObject(Map.of("keyids", new JsonArray(ids), "threshold", JsonInteger.of(role.threshold())));
    }

    private static JsonObject target(PublishedConfig config) {
        Map<String, JsonValue> custom = new LinkedHashMap<>();
        custom.put("v", JsonInteger.of(config.version()));
        config.expires().ifPresent(end -> custom.put("expires", JsonInteger.of(end.getEpochSecond())));
        if (!config.predicates().isEmpty()) {
            List<JsonValue> predicates = new ArrayList<>();
            config.predicates().forEach(predicate -> predicates.add(predicate(predicate)));
            custom.put("tracer-predicates", new JsonObject(Map.of("tracer_predicates_v1", new JsonArray(predicates))));
        }
        Map<String, JsonValue> target = new LinkedHashMap<>();
        target.put("length", JsonInteger.of(config.content().size()));
        target.put("hashes", new JsonObject(Map.of("sha256", new JsonString(config.sha256()))));
        target.put("custom", new JsonObject(custom));
        return new JsonObject(target);
    }

    private static JsonObject predicate(TracerPredicate predicate) {
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        put(fields, "clientID", predicate.clientId());
        put(fields, "service", predicate.service());
        put(fields, "environment", predicate.environment());
        put(fields, "appVersion", predicate.appVersion());
        put(fields, "tracerVersion", predicate.tracerVersion());
        put(fields, "language", predicate.language());
        put(fields, "runtimeID", predicate.runtimeId());
        return new JsonObject(fields);
    }

    private static void put(Map<String, JsonValue> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, new JsonString(value));
        }
    }

    private static Bytes sign(JsonObject signed, List<SigningKey> signers) {
        Bytes message = signed.canonical();
        Map<String, JsonValue> signatures = new LinkedHashMap<>();
        for (SigningKey key : signers) {
            signatures.put(
                    key.keyId(),
                    new JsonObject(Map.of(
                            "keyid", new JsonString(key.keyId()),
                            "sig", new JsonString(key.sign(message).toHex()))));
        }
        Map<String, JsonValue> envelope = new LinkedHashMap<>();
        envelope.put("signatures", new JsonArray(List.copyOf(signatures.values())));
        envelope.put("signed", signed);
        return new JsonObject(envelope).canonical();
    }
}
