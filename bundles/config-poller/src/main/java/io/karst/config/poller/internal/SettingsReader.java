// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.framework.BundleContext;

/** Reads and checks the settings. */
final class SettingsReader {

    private static final Duration MOST_DEADLINE = Duration.ofMinutes(5);

    private SettingsReader() {}

    /** Karst's part of Karaf's data folder; of the working directory outside of Karaf. */
    static Path dataFolder(BundleContext bundles) {
        String data = bundles.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data).resolve("karst");
    }

    static Settings read(ConfigSettings config, Path data) {
        Path embedded = data.resolve("config-server");
        Duration deadline = Duration.ofMillis(config.deadline_millis());
        if (deadline.compareTo(MOST_DEADLINE) > 0) {
            throw new IllegalArgumentException("deadline.millis=" + deadline.toMillis() + " is above 300000");
        }
        String address = config.address().strip();
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("address=" + address + " is not of the form name:port");
        }
        ConnectionSettings connection = new ConnectionSettings(
                address.substring(0, colon).replaceAll("^\\[|]$", ""),
                port(address.substring(colon + 1)),
                file(config.trust_anchor(), "system", embedded.resolve("ipc_cert.pem")),
                file(config.client_certificate(), "none", embedded.resolve("ipc_cert.pem")),
                file(config.token_file(), "none", embedded.resolve("auth_token")),
                deadline,
                config.max_response_bytes());
        List<String> products = Arrays.stream(config.products())
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(product -> !product.isEmpty())
                .toList();
        return new Settings(
                config.enabled(),
                connection,
                config.root().isBlank()
                        ? embedded.resolve("root.json")
                        : Path.of(config.root().strip()),
                products,
                Duration.ofMillis(config.interval_millis()),
                Duration.ofMillis(config.stale_after_millis()),
                Duration.ofMillis(config.answer_within_millis()),
                organisation(config),
                config.partial(),
                data.resolve("config-poller").resolve("state.bin"));
    }

    private static Organisation organisation(ConfigSettings config) {
        if (config.org_id() < -1) {
            throw new IllegalArgumentException("org.id=" + config.org_id() + " is below 0; -1 accepts any");
        }
        return new Organisation(
                Optional.of(config.org_uuid().strip()).filter(uuid -> !uuid.isEmpty()),
                config.org_id() < 0 ? OptionalLong.empty() : OptionalLong.of(config.org_id()));
    }

    private static int port(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("port \"" + digits + "\" is no number", e);
        }
    }

    private static Optional<Path> file(String set, String without, Path byDefault) {
        if (set.isBlank()) {
            return Optional.of(byDefault);
        }
        return set.strip().equals(without) ? Optional.empty() : Optional.of(Path.of(set.strip()));
    }
}
