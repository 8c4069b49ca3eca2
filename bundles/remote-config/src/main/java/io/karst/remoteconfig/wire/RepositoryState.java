// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import io.karst.remoteconfig.Client;
import java.util.List;
import java.util.Map;

/**
 * What a server offers and who asks for it (message {@code GetStateConfigResponse}).
 *
 * @param directorState metadata files of the repository by name
 * @param targetFilenames digest of each target by its path
 * @param activeClients clients seen lately, with {@link Client#lastSeen}
 */
public record RepositoryState(
        Map<String, FileMetaState> directorState, Map<String, String> targetFilenames, List<Client> activeClients) {

    /**
     * One metadata file.
     *
     * @param version its version
     * @param hash its SHA-256, lower-case hexadecimal
     */
    public record FileMetaState(long version, String hash) {}

    /** Copies the collections. */
    public RepositoryState {
        directorState = Map.copyOf(directorState);
        targetFilenames = Map.copyOf(targetFilenames);
        activeClients = List.copyOf(activeClients);
    }
}
