// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A configuration to publish.
 *
 * @param path where; see {@link ConfigPath#of}
 * @param content the bytes
 * @param expires when it stops to be valid, whole seconds; absent for never
 * @param predicates clients it is for, any of them; empty for all
 */
public record Publication(ConfigPath path, Bytes content, Optional<Instant> expires, List<TracerPredicate> predicates) {

    /** Copies the list. */
    public Publication {
        predicates = List.copyOf(predicates);
    }
}
