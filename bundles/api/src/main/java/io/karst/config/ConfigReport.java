// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import io.karst.config.ApplyOutcome.AppliedConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * State of remote configuration.
 *
 * @param state whether it is current
 * @param since when this state began
 * @param source where it comes from, such as the server's address
 * @param clientId this client's id at the server
 * @param rootVersion version of the trusted root
 * @param targetsVersion version of the signed list of files; 0 before the first
 * @param expires when that list expires; empty before the first
 * @param lastSuccess when the server's answer was last accepted
 * @param lastError why the last poll failed; absent after a success
 * @param storage where the last good configuration is kept, or why it is not
 * @param configs everything in force, by path
 */
public record ConfigReport(
        ConfigState state,
        Instant since,
        String source,
        String clientId,
        long rootVersion,
        long targetsVersion,
        Optional<Instant> expires,
        Optional<Instant> lastSuccess,
        Optional<String> lastError,
        String storage,
        List<AppliedConfig> configs) {

    /** Copies the list. */
    public ConfigReport {
        configs = List.copyOf(configs);
    }
}
