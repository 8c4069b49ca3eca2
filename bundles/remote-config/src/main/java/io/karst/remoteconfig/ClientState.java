// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * What a client tells of itself with every request (the protocol's message of that name).
 *
 * @param rootVersion version of the trusted root, from 1
 * @param targetsVersion version of the trusted targets, 0 before the first
 * @param configStates one for each configuration held
 * @param hasError whether the last update failed
 * @param error why it failed; empty otherwise
 * @param backendClientState what the last targets asked to echo
 */
public record ClientState(
        long rootVersion,
        long targetsVersion,
        List<ConfigState> configStates,
        boolean hasError,
        String error,
        Bytes backendClientState) {

    /** Copies the list. */
    public ClientState {
        configStates = List.copyOf(configStates);
    }
}
