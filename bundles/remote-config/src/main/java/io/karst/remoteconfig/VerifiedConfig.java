// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A configuration whose every byte is covered by trusted signatures.
 *
 * @param path where it stands in the targets
 * @param version the target's {@code custom.v}, as unsigned number
 * @param content the bytes
 * @param hashes every digest the targets list; all of them match
 * @param expires when it stops to be valid by itself; absent for never
 */
public record VerifiedConfig(
        ConfigPath path, long version, Bytes content, List<FileHash> hashes, Optional<Instant> expires) {

    /** Copies the list. */
    public VerifiedConfig {
        hashes = List.copyOf(hashes);
    }
}
