// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-show}. */
@Service
@Command(
        scope = "karst",
        name = "config-show",
        description = "Shows the content of a configuration: the newest version, or another one that is kept.",
        detailedDescription = "classpath:help/config-show.txt")
public final class ConfigShowCommand extends PathCommand {

    private static final String VERSION = "--version";

    static final Columns<PublishedConfig> CONTENT = Columns.fields(List.of(
            Column.field(
                    "product",
                    "product whose listener applies it",
                    config -> config.path().product()),
            Column.field(
                    "id",
                    "id among the configurations of a product",
                    config -> config.path().id()),
            Column.field("version", "version of the content", PublishedConfig::version),
            Column.field("sha256", "SHA-256 of the content", PublishedConfig::sha256),
            Column.field(
                    "content",
                    "the content, in Base64",
                    config ->
                            Base64.getEncoder().encodeToString(config.content().toArray())),
            Column.field(
                    "text", "the same as text; null if it is not UTF-8", config -> ContentText.of(config.content()))));

    @Option(name = VERSION, description = "Version to show; karst:config-history lists those that are kept.")
    @Completion(VersionCompleter.class)
    private String version = "";

    @Argument(index = 2, name = "options", multiValued = true, description = "Options may stand here, too")
    @Completion(VersionCompleter.class)
    private List<String> rest = new ArrayList<>();

    @Override
    void run(Services services, ConfigServer server) throws CommandException {
        Arguments typed = behind(rest, Set.of(VERSION));
        json |= typed.flags().contains(JSON);
        String wanted = typed.values().getOrDefault(VERSION, version);
        SignedRepository repository = server.store().current();
        ConfigPath path = known(repository, path());
        PublishedConfig config = wanted.isEmpty() && !rest.contains(VERSION)
                ? repository.versions(path).get(0)
                : repository.version(path, number(VERSION, wanted));
        if (json) {
            print(CONTENT.json(config));
            return;
        }
        ContentText.lines(config.content(), name(path) + " version " + config.version())
                .forEach(this::println);
    }
}
