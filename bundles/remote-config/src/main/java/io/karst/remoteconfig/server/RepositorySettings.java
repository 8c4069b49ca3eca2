// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import java.time.Duration;
import java.util.Optional;

/**
 * How a repository signs.
 *
 * @param rootValidity how long a root is valid from its signing
 * @param targetsValidity how long targets are valid from their signing
 * @param organisation UUID that the targets name, so that clients of one organisation refuse those of another; absent names none
 * @param historyPerConfig most former contents kept for each configuration, to roll back to; all together they have at most
 *     64 MiB, and the largest history gives up its oldest first
 */
public record RepositorySettings(
        Duration rootValidity, Duration targetsValidity, Optional<String> organisation, int historyPerConfig) {

    /** Ten years, thirty days, no organisation, eight. */
    public static final RepositorySettings DEFAULT =
            new RepositorySettings(Duration.ofDays(3650), Duration.ofDays(30), Optional.empty(), 8);

    /** Checks the ranges. */
    public RepositorySettings {
        if (rootValidity.isNegative() || targetsValidity.isNegative() || historyPerConfig < 0) {
            throw new IllegalArgumentException(
                    "negative: " + rootValidity + ", " + targetsValidity + " or " + historyPerConfig);
        }
        if (organisation.filter(String::isEmpty).isPresent()) {
            throw new IllegalArgumentException("the organisation is empty");
        }
    }

    /** The same for one organisation. */
    public RepositorySettings of(String uuid) {
        return new RepositorySettings(rootValidity, targetsValidity, Optional.of(uuid), historyPerConfig);
    }
}
