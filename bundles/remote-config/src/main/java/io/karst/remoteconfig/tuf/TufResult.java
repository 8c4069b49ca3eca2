// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import java.util.Map;
import java.util.Optional;

/**
 * Where an update ended. What was verified before a refusal stays, as the specification has it.
 *
 * @param state to keep
 * @param refusal why it stopped; absent after a success
 * @param files target files by path
 */
public record TufResult(TufState state, Optional<Refusal> refusal, Map<String, Bytes> files) {

    /** Copies the map. */
    public TufResult {
        files = Map.copyOf(files);
    }
}
