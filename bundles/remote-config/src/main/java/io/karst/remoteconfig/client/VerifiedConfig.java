// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.config.ApplyState;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.FileHash;
import io.karst.remoteconfig.tuf.TargetEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A configuration whose every byte is covered by trusted signatures, and how far applying it is.
 *
 * @param file what listeners are given
 * @param hashes every digest the targets list; all of them match
 * @param expires when it stops to be valid by itself; absent for never
 * @param applyState what a listener said last about this version
 * @param applyError why it failed; empty otherwise
 */
public record VerifiedConfig(
        RemoteConfig file, List<FileHash> hashes, Optional<Instant> expires, ApplyState applyState, String applyError) {

    /** Copies the list. */
    public VerifiedConfig {
        hashes = List.copyOf(hashes);
    }

    /** Content that has passed {@link TargetEntry#check}, before any listener has said a word about it. */
    static VerifiedConfig of(ConfigPath path, long version, Bytes content, TargetEntry entry) {
        RemoteConfig file = new RemoteConfig(
                path.text(),
                path.product(),
                path.id(),
                version,
                content.digest("SHA-256").toHex(),
                content.toArray());
        return new VerifiedConfig(file, entry.hashes(), entry.configExpires(), ApplyState.UNKNOWN, "");
    }

    /** The content, as what digests are made of. */
    Bytes content() {
        return Bytes.of(file.content());
    }

    /** The same file, as newer targets list it. */
    VerifiedConfig listedAs(TargetEntry entry) {
        return new VerifiedConfig(file, entry.hashes(), entry.configExpires(), applyState, applyError);
    }

    VerifiedConfig with(ApplyState state, String error) {
        return new VerifiedConfig(file, hashes, expires, state, error);
    }
}
