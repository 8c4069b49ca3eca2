// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.CanonicalJson;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import java.util.Locale;
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
}
