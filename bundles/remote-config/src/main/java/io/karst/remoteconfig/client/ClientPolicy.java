// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import java.util.Optional;
import java.util.Set;

/**
 * What the embedder decides about updates.
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
}
