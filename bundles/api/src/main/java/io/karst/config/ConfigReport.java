// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Remote configuration as it stands.
 *
 * @param state how far it is current
 * @param since when it came into that state
 * @param source where it comes from, such as the server's address
 * @param clientId this client's id at the server
 * @param rootVersion version of the trusted root
 * @param targetsVersion version of the signed list of files; 0 before the first
 * @param expires when that list expires; empty before the first
 * @param lastSuccess when the server's answer was last accepted
 * @param lastError what the last failed turn said, until one succeeds
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
