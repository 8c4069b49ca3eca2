// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.settings.InvalidSettingException;
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

    private static final long SHORTEST = 100;
    private static final long LONGEST = Duration.ofHours(1).toMillis();
    private static final long CENTURY = Duration.ofDays(36_500).toMillis(); // what counts in nanoseconds has to take it
    private static final String PRODUCTS =
            "names of letters, digits, '_' and '-', separated by commas, such as KARST_CONTENTION";

    Settings {
        products = List.copyOf(products);
        if (products.isEmpty()) {
            throw new InvalidSettingException("products", "", PRODUCTS, "products is empty: nothing to ask for");
        }
        try {
            products.forEach(ConfigPath::checkProduct);
        } catch (IllegalArgumentException e) {
            String set = String.join(", ", products);
            throw new InvalidSettingException("products", set, PRODUCTS, "products=" + set + ": " + e.getMessage());
        }
        InvalidSettingException.requireWithin("interval.millis", interval.toMillis(), SHORTEST, LONGEST);
        InvalidSettingException.requireWithin("stale.after.millis", staleAfter.toMillis(), 0, CENTURY);
        InvalidSettingException.requireWithin("answer.within.millis", answerWithin.toMillis(), 0, CENTURY);
    }
}
