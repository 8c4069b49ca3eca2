// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.KernelText;
import io.karst.config.poller.internal.Settings.Identity;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.settings.InvalidSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.framework.BundleContext;

/** Reads and checks the settings. */
final class SettingsReader {

    private static final long MOST_DEADLINE = Duration.ofMinutes(5).toMillis();

    private SettingsReader() {}

    /** Karst's part of Karaf's data folder; of the working directory outside of Karaf. */
    static Path dataFolder(BundleContext bundles) {
        String data = bundles.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data).resolve("karst");
    }

    static Settings read(ConfigSettings config, Path data) {
        Path embedded = data.resolve("config-server");
        InvalidSettingException.requireWithin("deadline.millis", config.deadline_millis(), 100, MOST_DEADLINE);
        InvalidSettingException.requireWithin(
                "max.response.bytes", config.max_response_bytes(), 1, ConnectionSettings.MAX_RESPONSE_BYTES);
        InvalidSettingException.requireWithin("org.id", config.org_id(), -1, Long.MAX_VALUE);
        String address = config.address().strip();
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, Math.max(colon, 0)).replaceAll("^\\[|]$", "");
        if (host.isBlank()) {
            throw new InvalidSettingException(
                    "address", address, "name:port", "address=" + address + " is not of the form name:port");
        }
        ConnectionSettings connection = new ConnectionSettings(
                host,
                port(address, address.substring(colon + 1)),
                file("trust.anchor", config.trust_anchor(), "system", embedded.resolve("ipc_cert.pem")),
                file("client.certificate", config.client_certificate(), "none", embedded.resolve("ipc_cert.pem")),
                file("token.file", config.token_file(), "none", embedded.resolve("auth_token")),
                Duration.ofMillis(config.deadline_millis()),
                config.max_response_bytes());
        return new Settings(
                config.enabled(),
                connection,
                Identity.of(config.client_name().strip(), KernelText::hostName, split(config.client_labels())),
                file("root", config.root(), "", embedded.resolve("root.json")).orElseThrow(),
                split(config.products()),
                Duration.ofMillis(config.interval_millis()),
                Duration.ofMillis(config.stale_after_millis()),
                Duration.ofMillis(config.answer_within_millis()),
                organisation(config),
                config.partial(),
                data.resolve("config-poller").resolve("state.bin"));
    }

    private static List<String> split(String[] lists) {
        return Arrays.stream(lists)
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static Organisation organisation(ConfigSettings config) {
        return new Organisation(
                Optional.of(config.org_uuid().strip()).filter(uuid -> !uuid.isEmpty()),
                config.org_id() < 0 ? OptionalLong.empty() : OptionalLong.of(config.org_id()));
    }

    private static int port(String address, String digits) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) < 1 || Integer.parseInt(digits) > 65_535) {
            throw new InvalidSettingException(
                    "address",
                    address,
                    "name:port, with a port from 1 to 65535",
                    "address=" + address + ": port \"" + digits + "\" is no number from 1 to 65535");
        }
        return Integer.parseInt(digits);
    }

    private static Optional<Path> file(String key, String set, String without, Path byDefault) {
        if (set.isBlank()) {
            return Optional.of(byDefault);
        }
        return set.strip().equals(without)
                ? Optional.empty()
                : Optional.of(InvalidSettingException.requirePath(key, set));
    }
}
