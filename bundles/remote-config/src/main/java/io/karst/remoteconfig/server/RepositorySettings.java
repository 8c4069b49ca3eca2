// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.time.Duration;

/**
 * How a repository signs.
 *
 * @param rootValidity how long a root is valid from its signing
 * @param targetsValidity how long targets are valid from their signing
 * @param historyPerConfig former contents kept for each configuration, to roll back to
 */
public record RepositorySettings(Duration rootValidity, Duration targetsValidity, int historyPerConfig) {

    /** Ten years, thirty days, eight. */
    public static final RepositorySettings DEFAULT =
            new RepositorySettings(Duration.ofDays(3650), Duration.ofDays(30), 8);

    /** Checks the ranges. */
    public RepositorySettings {
        if (rootValidity.isNegative() || targetsValidity.isNegative() || historyPerConfig < 0) {
            throw new IllegalArgumentException(
                    "negative: " + rootValidity + ", " + targetsValidity + " or " + historyPerConfig);
        }
    }
}
