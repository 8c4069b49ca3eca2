// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.CanonicalJson;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import java.security.GeneralSecurityException;
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
public record TufKey(String keyId, String keyType, String scheme, String publicKey, JsonObject json) {

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
        return verificationKey(keyType, scheme, publicKey);
    }

    /**
     * Makes a key from its description in metadata.
     *
     * @param keyType {@code ed25519}, {@code ecdsa}, {@code ecdsa-sha2-nistp256} or {@code rsa}
     * @param scheme {@code ed25519}, {@code ecdsa-sha2-nistp256} or {@code rsassa-pss-sha256}
     * @param publicKey hexadecimal or PEM
     * @return the key; absent if type and scheme are not known together or the key is malformed
     */
    public static Optional<VerificationKey> verificationKey(String keyType, String scheme, String publicKey) {
        try {
            if (keyType.equals("ed25519") && scheme.equals("ed25519")) {
                return Optional.of(Ed25519Key.of(Bytes.hex(publicKey)));
            }
            boolean ecdsa = keyType.equals("ecdsa") || keyType.equals("ecdsa-sha2-nistp256");
            if (ecdsa && scheme.equals("ecdsa-sha2-nistp256")) {
                return Optional.of(EcdsaP256Key.of(publicKey));
            }
            if (keyType.equals("rsa") && scheme.equals("rsassa-pss-sha256")) {
                return Optional.of(RsaPssKey.of(publicKey));
            }
            return Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
