// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.tuf.TargetEntry;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Optional;

/** What a target's {@code custom} says of a configuration. */
final class ConfigEntry {

    private static final int UINT64_BITS = 64;

    private ConfigEntry() {}

    /** {@code custom.v}, an unsigned number of 64 bits. */
    static long version(TargetEntry entry) {
        return findVersion(entry)
                .orElseThrow(() -> new RefusedException(new Refusal.MissingConfigVersion(entry.path())));
    }

    static Optional<Long> findVersion(TargetEntry entry) {
        return entry.custom()
                .flatMap(custom -> custom.integer("v"))
                .filter(v -> v.signum() >= 0 && v.bitLength() <= UINT64_BITS)
                .map(BigInteger::longValue);
    }

    /** {@code custom.expires}, unix seconds; 0 is never. A time that no clock reaches is never, too. */
    static Optional<Instant> expires(TargetEntry entry) {
        return entry.custom()
                .flatMap(custom -> custom.integer("expires"))
                .filter(seconds -> seconds.signum() != 0)
                .map(seconds -> Instant.ofEpochSecond(seconds.min(BigInteger.valueOf(Instant.MAX.getEpochSecond()))
                        .max(BigInteger.valueOf(Instant.MIN.getEpochSecond()))
                        .longValueExact()));
    }
}
