// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Label;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.TracerPredicate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** {@code karst:config-publish}. */
@Service
@Command(
        scope = "karst",
        name = "config-publish",
        description =
                "Signs a file and publishes it to clients; it replaces an earlier one with the same product and id.",
        detailedDescription = "classpath:help/config-publish.txt")
public final class ConfigPublishCommand extends PublishingCommand {

    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_PREDICATE_LENGTH = 255;

    /** Between fields: not the one between two bounds of a version, as in {@code >=1.2.0, <2}. */
    private static final Pattern COMMA = Pattern.compile(",(?! *[<>=!^~])");

    private static final String LABEL = "label.";
    private static final String FIELDS =
            "clientID, name, label.KEY, service, environment, appVersion, tracerVersion, language, runtimeID";

    private static final Set<String> FIELD_NAMES = Set.of(
            "clientID", "name", "service", "environment", "appVersion", "tracerVersion", "language", "runtimeID");

    @Argument(index = 2, name = "file", description = "File with the content", required = true)
    @Completion(FileCompleter.class)
    private String file = "";

    @Argument(index = 3, name = "options", multiValued = true, description = "Options may stand here, too")
    private List<String> rest = new ArrayList<>();

    @Option(name = "--expires", description = "When it expires: after a duration such as PT2H or P30D, or at a time")
    private String expires = "";

    @Option(
            name = "--predicate",
            multiValued = true,
            description = "Only for clients that match: name=..,label.KEY=.. and so on; with several, any of them")
    private List<String> predicates = new ArrayList<>();

    @Override
    List<String> rest() {
        return rest;
    }

    @Override
    Wanted wanted(SignedStore store, ConfigPath path, List<String> words) throws IOException {
        Wishes wishes = new Wishes(expires, predicates).with(words);
        Publication wanted = new Publication(
                path,
                content(Path.of(file)),
                until(wishes.expires(), Instant.now()),
                wishes.predicates().stream()
                        .map(ConfigPublishCommand::predicate)
                        .toList());
        return new Wanted(Kind.PUBLISHED, wanted, () -> store.publish(wanted, user()));
    }

    /** The options, wherever they stood. */
    record Wishes(String expires, List<String> predicates) {

        Wishes with(List<String> words) {
            String end = expires;
            List<String> all = new ArrayList<>(predicates);
            for (int i = 0; i < words.size(); i += 2) {
                String option = words.get(i);
                if (!option.equals("--expires") && !option.equals("--predicate")) {
                    throw new IllegalArgumentException(option + " is not known after the file. See --help");
                }
                if (i + 1 == words.size()) {
                    throw new IllegalArgumentException(option + " needs a value");
                }
                if (option.equals("--expires")) {
                    end = words.get(i + 1);
                } else {
                    all.add(words.get(i + 1));
                }
            }
            return new Wishes(end, all);
        }
    }

    static Bytes content(Path file) throws IOException {
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
        Instant until;
        try {
            until = text.startsWith("P") ? now.plus(Duration.parse(text)) : Instant.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "--expires " + text + " is neither a duration (PT2H, P30D) nor a time (2030-01-31T00:00:00Z)", e);
        }
        if (!until.isAfter(now)) {
            throw new IllegalArgumentException("--expires " + text + " is over already");
        }
        return Optional.of(until.truncatedTo(ChronoUnit.SECONDS));
    }

    static TracerPredicate predicate(String text) {
        SortedMap<String, String> fields = new TreeMap<>();
        for (String part : COMMA.split(text, -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            if (equals < 0 || !(FIELD_NAMES.contains(key) || key.startsWith(LABEL))) {
                throw new IllegalArgumentException(
                        "--predicate " + text + ": each part is one of [" + FIELDS + "], = and a value");
            }
            String value = part.substring(equals + 1);
            if (value.isEmpty() || value.length() > MAX_PREDICATE_LENGTH) {
                throw new IllegalArgumentException("--predicate " + text + ": the value of " + key + " must have 1 to "
                        + MAX_PREDICATE_LENGTH + " characters");
            }
            if (fields.put(key, value) != null) {
                throw new IllegalArgumentException("--predicate " + text + ": " + key
                        + " stands twice. Use a second --predicate for clients that match either");
            }
        }
        return new TracerPredicate(
                fields.getOrDefault("clientID", ""),
                fields.getOrDefault("service", ""),
                fields.getOrDefault("environment", ""),
                fields.getOrDefault("appVersion", ""),
                fields.getOrDefault("tracerVersion", ""),
                fields.getOrDefault("language", ""),
                fields.getOrDefault("runtimeID", ""),
                fields.getOrDefault("name", ""),
                labels(fields));
    }

    private static List<Label> labels(SortedMap<String, String> fields) {
        return fields.entrySet().stream()
                .filter(field -> field.getKey().startsWith(LABEL))
                .map(field -> new Label(field.getKey().substring(LABEL.length()), field.getValue()))
                .toList();
    }

    /** The text that {@link #predicate} reads. */
    static String text(TracerPredicate predicate) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("clientID", predicate.clientId());
        fields.put("name", predicate.name());
        predicate.labels().forEach(label -> fields.put(LABEL + label.key(), label.value()));
        fields.put("service", predicate.service());
        fields.put("environment", predicate.environment());
        fields.put("appVersion", predicate.appVersion());
        fields.put("tracerVersion", predicate.tracerVersion());
        fields.put("language", predicate.language());
        fields.put("runtimeID", predicate.runtimeId());
        return fields.entrySet().stream()
                .filter(field -> !field.getValue().isEmpty())
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(","));
    }
}
