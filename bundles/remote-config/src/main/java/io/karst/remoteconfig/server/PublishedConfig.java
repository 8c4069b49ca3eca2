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
 * @param version its {@code custom.v}, from 1, one more with each publication of this path that changes anything
 * @param content the bytes
 * @param sha256 digest of the content, lower-case hexadecimal
 * @param expires when it stops to be offered; absent for never
 * @param predicates clients it is for; empty for all
 */
public record PublishedConfig(
        ConfigPath path,
        long version,
        Bytes content,
        String sha256,
        Optional<Instant> expires,
        List<TracerPredicate> predicates) {

    /** Copies the list. */
    public PublishedConfig {
        predicates = List.copyOf(predicates);
    }

    static PublishedConfig of(long version, Publication publication) {
        return new PublishedConfig(
                publication.path(),
                version,
                publication.content(),
                publication.content().digest("SHA-256").toHex(),
                publication.expires(),
                publication.predicates());
    }

    Publication publication() {
        return new Publication(path, content, expires, predicates);
    }

    boolean isOver(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }
}
