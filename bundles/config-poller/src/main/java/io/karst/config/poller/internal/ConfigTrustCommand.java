// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import io.karst.component.SafeText;
import io.karst.config.ConfigChange.ConfigTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code karst:config-trust}. */
@Service
@Command(
        scope = "karst",
        name = "config-trust",
        description = "Resets what this client trusts, after the server was replaced on purpose."
                + " Its protection against older lists starts over.",
        detailedDescription = "classpath:help/config-trust.txt")
public final class ConfigTrustCommand extends KarstCommand {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigTrustCommand.class);
    private static final String JSON = "--json";

    /** What is trusted now. */
    record Trust(Path root, long rootVersion) {}

    static final Columns<Trust> TRUST = Columns.fields(List.of(
            Column.field("root", "root that trust begins with, and its version", Trust::root),
            Column.field("rootVersion", Trust::rootVersion)));

    @Option(name = JSON, description = "Print one JSON document instead of lines")
    private boolean json;

    @Argument(name = "action", description = "reset", required = true)
    @Completion(
            value = StringsCompleter.class,
            values = {"reset"})
    private String action = "";

    @Argument(index = 1, name = "root", description = "The root.json that the settings name, again", required = true)
    @Completion(FileCompleter.class)
    private String root = "";

    // Karaf reads options only in front of the first argument; people write them behind the last one, too.
    @Argument(index = 2, name = "options", multiValued = true, description = "--json may stand here, too")
    private List<String> rest = new ArrayList<>();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        if (!action.equals("reset")) {
            throw new CommandException("Unknown action '" + action + "'. Use reset");
        }
        Arguments typed = Arguments.of(rest, Set.of(JSON), Set.of());
        if (!typed.words().isEmpty()) {
            throw new CommandException("Unknown argument " + typed.words().get(0) + ". See --help");
        }
        Trust trust = services.require(ConfigPollerStage.class, "config-poller", stage -> {
            try {
                return new Trust(Path.of(root), stage.resetTrust(Path.of(root)));
            } catch (IOException e) {
                throw new CommandException(String.valueOf(e.getMessage()), e);
            }
        });
        tell(services, trust, user());
        if (json || typed.flags().contains(JSON)) {
            print(TRUST.json(trust));
            return;
        }
        println("Trust was reset. What is in force stays until the server's next answer is verified.");
    }

    /** One line in the log and one event: who did it. */
    static void tell(Services services, Trust trust, String user) {
        String who = SafeText.of(user);
        String root = SafeText.of(trust.root());
        LOG.warn("change=TRUST_RESET user={} root={} rootVersion={}", who, root, trust.rootVersion());
        services.ifPresent(EventAdmin.class, events -> {
            events.postEvent(new Event(
                    ConfigTopics.AUDIT + "TRUST_RESET",
                    Map.of(ConfigTopics.USER, who, "root", root, "rootVersion", trust.rootVersion())));
            return true;
        });
    }
}
