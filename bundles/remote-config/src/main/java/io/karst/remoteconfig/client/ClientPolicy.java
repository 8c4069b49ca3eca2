// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a client accepts.
 *
 * @param products products that are accepted; absent accepts any
 * @param partial whether good configurations of an update apply although others are refused; otherwise all or nothing
 * @param keepWhenExpired whether the last good configurations stay when the server says that its repository expired; otherwise
 *     they are removed
 * @param organisation whose configuration is accepted
 * @param limits sizes
 */
public record ClientPolicy(
        Optional<Set<String>> products,
        boolean partial,
        boolean keepWhenExpired,
        Organisation organisation,
        Limits limits) {

    /** Any product, all or nothing, keep the last good, of one organisation. */
    public static final ClientPolicy DEFAULT =
            new ClientPolicy(Optional.empty(), false, true, Organisation.ANY, Limits.DEFAULT);

    /** Copies the set. */
    public ClientPolicy {
        products = products.map(Set::copyOf);
    }

    /**
     * Most that is looked at; what is larger is refused unread.
     *
     * @param rootBytes each root
     * @param rotations new roots in one update
     * @param targetsBytes targets metadata
     * @param fileBytes each file
     * @param totalBytes everything in one response
     */
    public record Limits(int rootBytes, int rotations, int targetsBytes, int fileBytes, int totalBytes) {

        private static final int MIB = 1 << 20;

        /** 512,000 bytes and 1,000 roots as the protocol has it; 16 MiB of targets, 64 MiB a file, 110 MiB in all. */
        public static final Limits DEFAULT = new Limits(512_000, 1_000, 16 * MIB, 64 * MIB, 110 * MIB);

        /** Checks that each is positive. */
        public Limits {
            if (rootBytes < 1 || rotations < 1 || targetsBytes < 1 || fileBytes < 1 || totalBytes < 1) {
                throw new IllegalArgumentException("a limit below 1: " + rootBytes + " " + rotations + " "
                        + targetsBytes + " " + fileBytes + " " + totalBytes);
            }
        }
    }

    /**
     * Whose configuration is accepted. The same keys may sign for several organisations, so signatures alone do not tell. Without a
     * UUID here, the first one that targets name is held until the root is rotated.
     *
     * @param uuid {@code custom.org_uuid} that targets have to name
     * @param id number that paths of the form {@code datadog/<org>/...} have to have
     */
    public record Organisation(Optional<String> uuid, OptionalLong id) {

        /** The first that comes, and any path. */
        public static final Organisation ANY = new Organisation(Optional.empty(), OptionalLong.empty());

        /** What is held after targets that name {@code named}; {@code held} is from targets before, under the same root. */
        Optional<String> check(Optional<String> held, Optional<String> named) {
            Optional<String> expected = uuid.or(() -> held);
            boolean wrong = expected.isPresent()
                    && named.map(name -> !name.equals(expected.get())).orElse(uuid.isPresent());
            if (wrong) {
                throw new RefusedException(new Refusal.WrongOrganisation(expected.get(), named.orElse("")));
            }
            return named.or(() -> held);
        }

        void check(ConfigPath path) {
            if (id.isPresent() && path.org().isPresent() && path.org().getAsLong() != id.getAsLong()) {
                throw new RefusedException(new Refusal.ForeignPath(path.text(), id.getAsLong()));
            }
        }
    }
}
