// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigPath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
 * @param author who made this version, and when
 */
public record PublishedConfig(
        ConfigPath path,
        long version,
        Bytes content,
        String sha256,
        Optional<Instant> expires,
        List<TracerPredicate> predicates,
        Author author) {

    /**
     * Who made a version, and when.
     *
     * @param name name of the user, cut after 255 characters; empty if it is not known
     * @param at whole seconds; absent in what an earlier release stored
     */
    public record Author(String name, Optional<Instant> at) {

        /** Of versions that an earlier release stored. */
        static final Author UNKNOWN = new Author("", Optional.empty());

        private static final int NAME_LENGTH = 255;

        /** Cuts the name and the time. */
        public Author {
            name = name.length() > NAME_LENGTH ? name.substring(0, NAME_LENGTH) : name;
            at = at.map(time -> time.truncatedTo(ChronoUnit.SECONDS));
        }

        static Author of(String name, Instant now) {
            return new Author(name, Optional.of(now));
        }
    }

    /** Copies the list. */
    public PublishedConfig {
        predicates = List.copyOf(predicates);
    }

    static PublishedConfig of(long version, Publication publication, Author author) {
        return new PublishedConfig(
                publication.path(),
                version,
                publication.content(),
                publication.content().digest("SHA-256").toHex(),
                publication.expires(),
                publication.predicates(),
                author);
    }

    /** What was published, to publish it again. */
    public Publication publication() {
        return new Publication(path, content, expires, predicates);
    }

    /** Whether it is not offered any more. */
    public boolean isOver(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }

    /** Whether a client wants it and is meant. */
    public boolean isFor(Client client) {
        return client.products().contains(path.product())
                && (predicates.isEmpty() || predicates.stream().anyMatch(predicate -> predicate.matches(client)));
    }
}
