// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.json.CanonicalJson;
import io.karst.remoteconfig.json.JsonValue;
import io.karst.remoteconfig.json.JsonValue.JsonObject;
import io.karst.remoteconfig.json.JsonValue.JsonString;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A key as metadata describes it.
 *
 * @param keyId as declared
 * @param keyType such as {@code ed25519}
 * @param scheme such as {@code ed25519}
 * @param publicKey hexadecimal or PEM
 * @param json the whole description
 */
record TufKey(String keyId, String keyType, String scheme, String publicKey, JsonObject json) {

    static TufKey parse(String keyId, Fields fields) {
        String keyType = fields.string("keytype").toLowerCase(Locale.ROOT);
        return new TufKey(
                keyId,
                keyType,
                fields.optionalString("scheme").orElseGet(() -> usualScheme(keyType)),
                fields.object("keyval").string("public"),
                fields.json());
    }

    /** Metadata from before schemes were written down. */
    private static String usualScheme(String keyType) {
        return switch (keyType) {
            case "rsa" -> "rsassa-pss-sha256";
            case "ecdsa" -> "ecdsa-sha2-nistp256";
            default -> keyType;
        };
    }

    /** A key with nothing but the four necessary fields. */
    static TufKey of(String keyType, String scheme, String publicKey) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("keytype", new JsonString(keyType));
        members.put("scheme", new JsonString(scheme));
        members.put("keyval", new JsonObject(Map.of("public", new JsonString(publicKey))));
        JsonObject json = new JsonObject(members);
        return new TufKey(computeId(json), keyType, scheme, publicKey, json);
    }

    /** SHA-256 of the canonical form of the whole description. */
    static String computeId(JsonObject json) {
        return CanonicalJson.of(json).digest("SHA-256").toHex();
    }

    void checkId() {
        String computed = computeId(json);
        if (!computed.equals(keyId)) {
            throw new RefusedException(new Refusal.KeyIdMismatch(keyId, computed));
        }
    }

    /** Absent for a key that cannot be used: its signatures never count. */
    Optional<VerificationKey> verificationKey() {
        return VerificationKey.of(keyType, scheme, publicKey);
    }

    boolean verifies(Bytes message, Bytes signature) {
        return verificationKey().map(key -> key.verifies(message, signature)).orElse(false);
    }
}
