// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/** Where trust begins. */
public sealed interface TrustAnchor {

    /**
     * A root that the operator got by a trusted way. It must be signed by its own keys; its expiry does not matter as long as
     * the server can lead on from it.
     *
     * @param root root metadata, at most 512,000 bytes
     */
    record InitialRoot(Bytes root) implements TrustAnchor {}

    /**
     * One key that signs targets; there is no root, and no rotation.
     *
     * @param keyId as signatures name it
     * @param keyType {@code ed25519} or {@code ecdsa}
     * @param scheme {@code ed25519} or {@code ecdsa-sha2-nistp256}
     * @param publicKey 64 hexadecimal digits for ed25519, PEM or hexadecimal point otherwise
     */
    record PinnedTargetsKey(String keyId, String keyType, String scheme, String publicKey) implements TrustAnchor {}
}
