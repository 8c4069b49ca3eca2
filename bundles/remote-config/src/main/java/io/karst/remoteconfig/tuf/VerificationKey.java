// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import java.security.GeneralSecurityException;
import java.util.Optional;

/** A public key that can check signatures. */
public interface VerificationKey {

    /**
     * Checks one signature.
     *
     * @param message what was signed
     * @param signature in the scheme's encoding
     * @return whether the signature is good; a malformed one is not
     */
    boolean verifies(Bytes message, Bytes signature);

    /** The key itself, so that one key under two ids counts once: canonical encoding of the public key. */
    Bytes encoded();

    /**
     * Makes a key from its description in metadata.
     *
     * @param keyType {@code ed25519}, {@code ecdsa}, {@code ecdsa-sha2-nistp256} or {@code rsa}
     * @param scheme {@code ed25519}, {@code ecdsa-sha2-nistp256} or {@code rsassa-pss-sha256}
     * @param publicKey hexadecimal or PEM
     * @return the key; absent if type and scheme are not known together or the key is malformed
     */
    static Optional<VerificationKey> of(String keyType, String scheme, String publicKey) {
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
