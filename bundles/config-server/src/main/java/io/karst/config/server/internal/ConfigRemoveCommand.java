// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-remove}. */
@Service
@Command(
        scope = "karst",
        name = "config-remove",
        description = "Withdraws a configuration; clients return to their local settings.",
        detailedDescription = "classpath:help/config-remove.txt")
public final class ConfigRemoveCommand extends ChangeCommand {

    @Argument(index = 2, name = "options", multiValued = true, description = "Options may stand here, too")
    private List<String> rest = new ArrayList<>();

    @Override
    List<String> rest() {
        return rest;
    }

    @Override
    Change change(Services services, SignedStore store, ConfigPath path, List<String> left)
            throws IOException, CommandException {
        behind(left, Set.of());
        SignedRepository before = store.current();
        PublishedConfig removed = before.versions(known(before, path)).get(0);
        return Change.removed(removed, store.remove(path));
    }
}
