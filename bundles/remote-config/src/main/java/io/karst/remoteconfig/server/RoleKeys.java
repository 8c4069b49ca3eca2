// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.util.List;

/**
 * The keys of one role.
 *
 * @param keys at least one
 * @param threshold how many have to sign, from 1 to the number of keys
 */
public record RoleKeys(List<SigningKey> keys, int threshold) {

    /** Checks the threshold and copies the list. */
    public RoleKeys {
        keys = List.copyOf(keys);
        if (threshold < 1
                || threshold > keys.stream().map(SigningKey::keyId).distinct().count()) {
            throw new IllegalArgumentException("threshold " + threshold + " of " + keys.size() + " keys");
        }
    }

    /**
     * One key that signs alone.
     *
     * @return 1 of 1
     */
    public static RoleKeys of(SigningKey key) {
        return new RoleKeys(List.of(key), 1);
    }
}
