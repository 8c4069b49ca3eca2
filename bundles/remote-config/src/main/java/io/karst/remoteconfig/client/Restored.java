// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Refusal;

/** What became of a stored state. */
public sealed interface Restored {

    /**
     * The state to go on with: the stored one, or that of a first start.
     *
     * @return a verified state
     */
    RemoteConfigClientState state();

    /**
     * Every byte was verified again.
     *
     * @param state as it was stored
     */
    record Intact(RemoteConfigClientState state) implements Restored {}

    /**
     * The stored state is refused.
     *
     * @param refusal why
     * @param state that of a first start
     */
    record Rejected(Refusal refusal, RemoteConfigClientState state) implements Restored {}
}
