// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.TracerPredicate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** {@code karst:config-publish}. */
@Service
@Command(
        scope = "karst",
        name = "config-publish",
        description = "Signs a file and offers it to clients; the same product and id again replace it.")
public final class ConfigPublishCommand implements Action {

    private static final int MAX_BYTES = 64 << 20;
    private static final List<String> FIELDS =
            List.of("clientID", "service", "environment", "appVersion", "tracerVersion", "language", "runtimeID");

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Argument(name = "product", description = "Product, such as KARST_CONTENTION", required = true)
    private String product = "";

    @Argument(index = 1, name = "id", description = "Configuration id", required = true)
    private String id = "";

    @Argument(index = 2, name = "file", description = "File with the content", required = true)
    private String file = "";

    @Option(name = "--expires", description = "How long it is offered, such as PT2H or P30D, or until when")
    private String expires = "";

    @Option(
            name = "--predicate",
            multiValued = true,
            description = "Clients it is for: clientID=..,service=.. and so on; several: any of them")
    private List<String> predicates = new ArrayList<>();

    /** Called by Karaf, once per execution. */
    public ConfigPublishCommand() {}

    @Override
    public @Nullable Object execute() throws IOException {
        server.store()
                .publish(new Publication(
                        Paths.of(product, id),
                        content(Path.of(file)),
                        until(expires, Instant.now()),
                        predicates.stream().map(ConfigPublishCommand::predicate).toList()));
        session.getConsole()
                .println(
                        "published; targets version " + server.store().current().targetsVersion());
        return null;
    }

    private static Bytes content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            return Bytes.of(content);
        }
    }

    static Optional<Instant> until(String text, Instant now) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            Instant until = text.startsWith("P") ? now.plus(Duration.parse(text)) : Instant.parse(text);
            return Optional.of(until.truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "--expires " + text + " is neither a duration (PT2H, P30D) nor a time (2030-01-31T00:00:00Z)", e);
        }
    }

    static TracerPredicate predicate(String text) {
        Map<String, String> fields = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || !FIELDS.contains(key)) {
                throw new IllegalArgumentException(
                        "--predicate " + text + ": each part is one of " + FIELDS + ", = and a value");
            }
            fields.put(key, part.substring(equals + 1));
        }
        return new TracerPredicate(
                fields.getOrDefault("clientID", ""),
                fields.getOrDefault("service", ""),
                fields.getOrDefault("environment", ""),
                fields.getOrDefault("appVersion", ""),
                fields.getOrDefault("tracerVersion", ""),
                fields.getOrDefault("language", ""),
                fields.getOrDefault("runtimeID", ""));
    }
}
