// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the operator set, checked.
 *
 * @param enabled whether to poll
 * @param connection the server
 * @param root file of the initial root
 * @param products products asked for
 * @param interval polling interval
 * @param staleAfter time without an answer until the state is STALE
 * @param answerWithin time until a listener without an answer counts as failed
 * @param organisation whose configuration is accepted
 * @param partial whether valid parts of an update are applied if others are refused
 * @param stateFile where the last good configuration is kept
 */
record Settings(
        boolean enabled,
        ConnectionSettings connection,
        Path root,
        List<String> products,
        Duration interval,
        Duration staleAfter,
        Duration answerWithin,
        Organisation organisation,
        boolean partial,
        Path stateFile) {

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(1);

    Settings {
        products = List.copyOf(products);
        if (products.isEmpty()) {
            throw new IllegalArgumentException("products is empty: nothing to ask for");
        }
        products.forEach(ConfigPath::checkProduct);
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("interval.millis=" + interval.toMillis() + " is outside 100..3600000");
        }
        if (staleAfter.isNegative() || answerWithin.isNegative()) {
            throw new IllegalArgumentException("stale.after.millis or answer.within.millis is negative");
        }
    }
}
