// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.RefusedException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Metadata that a TUF client keeps from one update to the next.
 *
 * @param root the trusted root
 * @param metadata other metadata, by role
 * @param recovering whether the keys of timestamp or snapshot were rotated and no snapshot has been taken since: versions held from
 *     before do not count (5.3.11)
 */
public record TufState(Bytes root, Map<String, Bytes> metadata, boolean recovering) {

    /** Copies the map. */
    public TufState {
        metadata = Map.copyOf(metadata);
    }

    /**
     * The state of a first start.
     *
     * @param root got by a trusted way; checked at the first update
     * @return nothing but the root
     */
    public static TufState initial(Bytes root) {
        return new TufState(root, Map.of(), false);
    }

    /** Versions of everything kept, by file name without {@code .json}; absent where metadata is not readable. */
    public Map<String, Optional<Long>> versions() {
        Map<String, Optional<Long>> versions = new TreeMap<>();
        versions.put(RootMetadata.ROOT, version(RootMetadata.ROOT, root));
        metadata.forEach((role, raw) -> versions.put(MetaFile.fileName(role), version(role, raw)));
        return versions;
    }

    private static Optional<Long> version(String role, Bytes raw) {
        String type = RootMetadata.isTopLevel(role) ? role : RootMetadata.TARGETS;
        try {
            return Optional.of(
                    SignedMetadata.parse(role, type, raw, Integer.MAX_VALUE).version());
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }
}
