// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ConfigRequest;
import io.karst.remoteconfig.Refusal;
import java.util.List;

/**
 * The result of one step of the client.
 *
 * @param outcome what the response did
 * @param next the state from now on
 */
public record Step(Outcome outcome, ClientState next) {

    /** What one response did. */
    public sealed interface Outcome {}

    /** The server has nothing new, or nothing that changes a configuration. */
    public record Unchanged() implements Outcome {}

    /**
     * Configurations changed.
     *
     * @param changed new ones, and ones with new content
     * @param removed ones no longer meant for this client, as they were
     * @param refused single ones that were refused; empty unless the policy is partial
     */
    public record Updated(List<VerifiedConfig> changed, List<VerifiedConfig> removed, List<RefusedConfig> refused)
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
    public record Refused(Refusal refusal) implements Outcome {}

    /**
     * A configuration that was refused while others of the same update applied (only with {@link ClientPolicy#partial}).
     *
     * @param path its path, as the server wrote it
     * @param refusal why
     * @param report what the server is told
     */
    public record RefusedConfig(String path, Refusal refusal, ConfigRequest.Report report) {}
}
