// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code karst:config-trust}. */
@Service
@Command(
        scope = "karst",
        name = "config-trust",
        description = "Resets what this client trusts, after the server was replaced on purpose."
                + " Its protection against older lists starts over.",
        detailedDescription = "classpath:help/config-trust.txt")
public final class ConfigTrustCommand extends KarstCommand {

    @Argument(name = "action", description = "reset", required = true)
    @Completion(
            value = StringsCompleter.class,
            values = {"reset"})
    private String action = "";

    @Argument(index = 1, name = "root", description = "The root.json that the settings name, again", required = true)
    @Completion(FileCompleter.class)
    private String root = "";

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        if (!action.equals("reset")) {
            throw new CommandException("Unknown action '" + action + "'. Use reset");
        }
        services.require(ConfigPollerStage.class, "config-poller", stage -> {
            try {
                stage.resetTrust(Path.of(root));
            } catch (IOException e) {
                throw new CommandException(String.valueOf(e.getMessage()), e);
            }
            return stage;
        });
        println("Trust was reset. What is in force stays until the server's next answer is verified.");
    }
}
