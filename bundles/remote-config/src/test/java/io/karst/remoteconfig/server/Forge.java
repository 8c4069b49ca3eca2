// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.format.JsonParser;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Signs whatever it is told to, so that attacks can be written down as text. */
public final class Forge {

    public static final String LATER = "2030-01-01T00:00:00Z";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LIMIT = 1 << 24;

    private Forge() {}

    /** A new key. */
    public static SigningKey key() {
        return SigningKey.generate(RANDOM);
    }

    /** A document around {@code signed}; what is signed is its canonical form. */
    public static Bytes sign(String signed, SigningKey... keys) {
        Bytes message = JsonParser.parse("forged", Bytes.utf8(signed), LIMIT).canonical();
        List<String> signatures = new ArrayList<>();
        for (SigningKey key : keys) {
            signatures.add(signature(key.keyId(), key.sign(message).toHex()));
        }
        return document(signed, signatures);
    }

    /** A document with signatures as given. */
    public static Bytes document(String signed, List<String> signatures) {
        return Bytes.utf8("{\"signatures\":[" + String.join(",", signatures) + "],\"signed\":" + signed + "}");
    }

    /** One signature. */
    public static String signature(String keyId, String hex) {
        return "{\"keyid\":\"" + keyId + "\",\"sig\":\"" + hex + "\"}";
    }

    /** The raw signature over a document. */
    public static String rawSignature(String signed, SigningKey key) {
        return key.sign(JsonParser.parse("forged", Bytes.utf8(signed), LIMIT).canonical())
                .toHex();
    }

    /** A key as roots describe it, under any id. */
    public static String keyEntry(String keyId, SigningKey key) {
        return "\"" + keyId + "\":" + key.description().canonical().toUtf8();
    }

    /** The root that says who signs roots and targets. */
    public static String root(long version, String expires, RoleKeys root, RoleKeys targets) {
        StringJoiner keys = new StringJoiner(",", "{", "}");
        root.keys().forEach(key -> keys.add(keyEntry(key.keyId(), key)));
        targets.keys().stream()
                .filter(key -> !root.keys().contains(key))
                .forEach(key -> keys.add(keyEntry(key.keyId(), key)));
        String online = role(targets);
        return rootOf(
                version,
                expires,
                keys.toString(),
                Map.of("root", role(root), "targets", online, "snapshot", online, "timestamp", online));
    }

    /** A root of parts. */
    public static String rootOf(long version, String expires, String keys, Map<String, String> roles) {
        StringJoiner all = new StringJoiner(",", "{", "}");
        roles.forEach((name, role) -> all.add("\"" + name + "\":" + role));
        return "{\"_type\":\"root\",\"spec_version\":\"1.0\",\"consistent_snapshot\":true,\"version\":" + version
                + ",\"expires\":\"" + expires + "\",\"keys\":" + keys + ",\"roles\":" + all + "}";
    }

    /** A role. */
    public static String role(RoleKeys keys) {
        StringJoiner ids = new StringJoiner("\",\"", "[\"", "\"]");
        keys.keys().forEach(key -> ids.add(key.keyId()));
        return role(ids.toString(), keys.threshold());
    }

    /** A role with any threshold. */
    public static String role(String keyIds, long threshold) {
        return "{\"keyids\":" + keyIds + ",\"threshold\":" + threshold + "}";
    }

    /** Targets metadata around target entries. */
    public static String targets(long version, String expires, String... entries) {
        return "{\"_type\":\"targets\",\"spec_version\":\"1.0\",\"version\":" + version + ",\"expires\":\"" + expires
                + "\",\"custom\":{\"opaque_backend_state\":\"e30=\"},\"targets\":{" + String.join(",", entries)
                + "}}";
    }

    /** A right entry for a content. */
    public static String entry(String path, long version, Bytes content) {
        return entry(path, "{\"v\":" + version + "}", content.size(), sha256(content));
    }

    /** An entry of parts. */
    public static String entry(String path, String custom, long length, String hashes) {
        return "\"" + path + "\":{\"custom\":" + custom + ",\"hashes\":{" + hashes + "},\"length\":" + length + "}";
    }

    /** The digest that an entry lists. */
    public static String sha256(Bytes content) {
        return "\"sha256\":\"" + content.digest("SHA-256").toHex() + "\"";
    }
}
