// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a client knows. Made by {@link RemoteConfigClient} only: everything in it has been verified.
 *
 * @param rootVersion version of the trusted root; 1 with a pinned key
 * @param root trusted root metadata; empty with a pinned key
 * @param targetsVersion version of the trusted targets, 0 before the first
 * @param targetsFloor least version that targets may have: {@code targetsVersion}, or 0 since the targets' keys were rotated
 * @param targets trusted targets metadata, empty before the first
 * @param configs configurations in force, by path
 * @param refusedConfigs reports about single refused configurations, from the last update
 * @param backendState what the last targets asked to echo
 * @param lastError why the last attempt failed; absent after a success
 */
public record RemoteConfigClientState(
        long rootVersion,
        Bytes root,
        long targetsVersion,
        long targetsFloor,
        Bytes targets,
        SortedMap<String, HeldConfig> configs,
        List<ConfigState> refusedConfigs,
        Bytes backendState,
        Optional<String> lastError) {

    /** Copies the collections. */
    public RemoteConfigClientState {
        configs = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, HeldConfig>) configs));
        refusedConfigs = List.copyOf(refusedConfigs);
    }
}
