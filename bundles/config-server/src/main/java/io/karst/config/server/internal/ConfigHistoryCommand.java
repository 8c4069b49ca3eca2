// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-history}. */
@Service
@Command(
        scope = "karst",
        name = "config-history",
        description = "Lists the versions of a configuration that are kept, the newest first.",
        detailedDescription = "classpath:help/config-history.txt")
public final class ConfigHistoryCommand extends ViewCommand {

    private static final int SHORT_DIGEST = 12;

    /** A version, and whether it is the one that is offered. */
    record Version(PublishedConfig config, boolean offered) {

        static List<Version> all(SignedRepository repository, ConfigPath path) {
            Optional<PublishedConfig> current =
                    Optional.ofNullable(repository.configs().get(path.text()));
            return repository.versions(path).stream()
                    .map(config -> new Version(config, current.equals(Optional.of(config))))
                    .toList();
        }
    }

    static final Columns<Version> VERSIONS = new Columns<>(
            List.of(
                    Column.<Version>of(
                                    "Version",
                                    "version",
                                    "version of its content",
                                    version -> version.config().version())
                            .right(),
                    Column.of(
                            "Offered",
                            "offered",
                            "whether clients get this version",
                            version -> version.offered() ? "yes" : "",
                            Version::offered),
                    Column.<Version>of(
                                    "By",
                                    "publishedBy",
                                    "user who published it; empty if an earlier release of Karst did",
                                    version -> version.config().author().name())
                            .shortened(6),
                    Column.<Version>of(
                                    "Published",
                                    "publishedAt",
                                    "when it was published; null if an earlier release of Karst did",
                                    version -> version.config().author().at())
                            .dropped(1),
                    Column.<Version>of(
                                    "Expires",
                                    "expires",
                                    "when it stops or would stop to be offered; null for never",
                                    version -> version.config().expires())
                            .dropped(5),
                    Column.<Version>of(
                                    "For",
                                    "predicates",
                                    "clients that it is for, any of them; none: all clients",
                                    version -> ConfigListCommand.recipients(version.config()),
                                    version -> version.config().predicates().stream()
                                            .map(ConfigPublishCommand::text)
                                            .toList())
                            .dropped(4),
                    Column.<Version>of(
                                    "Bytes",
                                    "bytes",
                                    "size, bytes",
                                    version -> version.config().content().size())
                            .right()
                            .dropped(2),
                    Column.<Version>of(
                                    "SHA-256",
                                    "sha256",
                                    "SHA-256 of its content; the table shows the first 12 digits",
                                    version -> version.config().sha256().substring(0, SHORT_DIGEST),
                                    version -> version.config().sha256())
                            .dropped(3)),
            "");

    @Argument(name = "product", description = "Product, such as KARST_CONTENTION", required = true)
    @Completion(ProductCompleter.class)
    private String product = "";

    @Argument(index = 1, name = "id", description = "Configuration id", required = true)
    @Completion(IdCompleter.class)
    private String id = "";

    @Argument(index = 2, name = "options", multiValued = true, description = "Options may stand here, too")
    private List<String> rest = new ArrayList<>();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<String> words = words(rest);
        if (!words.isEmpty()) {
            throw new CommandException("Unknown argument " + words.get(0) + ". See --help");
        }
        ServerCommand.onServer(services, server -> {
            SignedRepository repository = server.store().current();
            ConfigPath path = PathCommand.known(repository, ConfigPath.of(product, id));
            List<Version> versions = Version.all(repository, path);
            print(VERSIONS, versions);
            if (versions.stream().noneMatch(Version::offered)) {
                remark("It is withdrawn. karst:config-rollback publishes a version again");
            }
        });
    }
}
