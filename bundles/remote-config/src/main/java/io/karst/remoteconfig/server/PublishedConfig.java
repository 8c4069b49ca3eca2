// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A configuration that a repository offers.
 *
 * @param path where it stands
 * @param version its {@code custom.v}, from 1, one more with each publication of this path
 * @param content the bytes
 * @param expires when it stops to be offered; absent for never
 * @param predicates clients it is for; empty for all
 */
public record PublishedConfig(
        ConfigPath path, long version, Bytes content, Optional<Instant> expires, List<TracerPredicate> predicates) {

    /** Copies the list. */
    public PublishedConfig {
        predicates = List.copyOf(predicates);
    }
}
