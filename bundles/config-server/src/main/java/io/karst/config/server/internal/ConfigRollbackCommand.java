// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-rollback}. */
@Service
@Command(
        scope = "karst",
        name = "config-rollback",
        description =
                "Publishes earlier content of a configuration again, as a new version: the previous, or that of --to.",
        detailedDescription = "classpath:help/config-rollback.txt")
public final class ConfigRollbackCommand extends PublishingCommand {

    private static final String TO = "--to";

    @Argument(index = 2, name = "options", multiValued = true, description = "Options may stand here, too")
    @Completion(VersionCompleter.class)
    private List<String> rest = new ArrayList<>();

    @Option(name = TO, description = "Version to go back to; karst:config-history lists those that are kept.")
    @Completion(VersionCompleter.class)
    private String to = "";

    @Override
    List<String> rest() {
        return rest;
    }

    @Override
    Wanted wanted(SignedStore store, ConfigPath path, List<String> words) throws CommandException {
        String version = behind(words, Set.of(TO)).values().getOrDefault(TO, to);
        SignedRepository now = store.current();
        known(now, path);
        if (version.isEmpty() && !words.contains(TO)) {
            return new Wanted(Kind.ROLLED_BACK, now.previous(path).publication(), () -> store.rollback(path, user()));
        }
        Publication wanted = now.version(path, number(TO, version)).publication();
        return new Wanted(Kind.ROLLED_BACK, wanted, () -> store.publish(wanted, user()));
    }
}
