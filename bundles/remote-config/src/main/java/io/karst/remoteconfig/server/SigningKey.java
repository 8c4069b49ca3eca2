// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import java.security.SecureRandom;

/** An ed25519 key that can sign. Secret: its text form shows the key id only. */
@SuppressWarnings("DoNotCallSuggester") // the shape first: bodies follow
public final class SigningKey {

    private SigningKey() {}

    /**
     * Makes a new key.
     *
     * @param random where it comes from
     * @return the key
     */
    public static SigningKey generate(SecureRandom random) {
        throw new UnsupportedOperationException(random.toString());
    }

    /**
     * Reads a key.
     *
     * @param stored what {@link #toBytes} gave
     * @return the key
     * @throws io.karst.remoteconfig.RefusedException if this is no key
     */
    public static SigningKey fromBytes(Bytes stored) {
        throw new UnsupportedOperationException(stored.toString());
    }

    /**
     * The form to store, in a file that nobody else may read.
     *
     * @return PKCS#8, with the public half
     */
    public Bytes toBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * SHA-256 of the canonical public key.
     *
     * @return 64 hexadecimal digits
     */
    public String keyId() {
        throw new UnsupportedOperationException();
    }
}
