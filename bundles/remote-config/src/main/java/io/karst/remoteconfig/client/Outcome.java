// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.VerifiedConfig;
import java.util.List;

/** What one response did. */
public sealed interface Outcome {

    /** The server has nothing new, or nothing that changes a configuration. */
    record Unchanged() implements Outcome {}

    /**
     * Configurations changed.
     *
     * @param changed new ones, and ones with new content
     * @param removed ones no longer meant for this client, as they were
     * @param refused single ones that were refused; empty unless the policy is partial
     */
    record Updated(List<VerifiedConfig> changed, List<VerifiedConfig> removed, List<RefusedConfig> refused)
            implements Outcome {

        /** Copies the lists. */
        public Updated {
            changed = List.copyOf(changed);
            removed = List.copyOf(removed);
            refused = List.copyOf(refused);
        }
    }

    /**
     * The response was refused as a whole; configurations and trusted metadata are as before.
     *
     * @param refusal why
     */
    record Refused(Refusal refusal) implements Outcome {}
}
