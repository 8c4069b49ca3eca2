// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;

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
}
