// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Label;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.settings.InvalidSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What the operator set, checked.
 *
 * @param enabled whether to poll
 * @param connection the server
 * @param identity how this client is called
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
        Identity identity,
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

    /**
     * How this client is called at its server.
     *
     * @param name 1 to 64 letters, digits, '.', '_' and '-'
     * @param labels at most 16, each key once
     */
    record Identity(String name, List<Label> labels) {

        private static final int NAME_LENGTH = 64;
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1," + NAME_LENGTH + "}");
        private static final String LABELS =
                "at most " + Label.MOST + " of key=value, separated by commas, such as rack=a";

        Identity {
            labels = List.copyOf(labels);
            if (!NAME.matcher(name).matches()) {
                throw new InvalidSettingException(
                        "client.name", name, "1 to " + NAME_LENGTH + " letters, digits, '.', '_' and '-'");
            }
            if (labels.size() > Label.MOST) {
                throw wrong(labels.size() + " labels", "client.labels has " + labels.size() + " labels");
            }
            Set<String> keys = new HashSet<>();
            labels.stream()
                    .map(Label::key)
                    .filter(key -> !keys.add(key))
                    .findFirst()
                    .ifPresent(key -> {
                        throw wrong(key, "client.labels: " + key + " stands twice");
                    });
        }

        /** What an operator wrote: without a name, that of the host counts, as far as it can. */
        static Identity of(String name, Supplier<Optional<String>> hostName, List<String> labels) {
            return new Identity(
                    name.isEmpty() ? hostName.get().map(Identity::asName).orElse("localhost") : name,
                    labels.stream().map(Identity::label).toList());
        }

        private static String asName(String host) {
            String name = host.replaceAll("[^A-Za-z0-9._-]", "-");
            return name.substring(0, Math.min(name.length(), NAME_LENGTH));
        }

        private static Label label(String text) {
            try {
                return Label.parse(text);
            } catch (IllegalArgumentException e) {
                InvalidSettingException wrong = wrong(text, "client.labels: " + e.getMessage());
                wrong.initCause(e);
                throw wrong;
            }
        }

        private static InvalidSettingException wrong(String value, String message) {
            return new InvalidSettingException("client.labels", value, LABELS, message);
        }
    }

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
