// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import io.karst.remoteconfig.server.SignedRepository;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes words of what the server holds. While the server is not up, there is nothing to complete, and the commands stay. */
abstract class StoredCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    @Override
    public final int complete(Session session, CommandLine commandLine, List<String> candidates) {
        Optional<SignedRepository> repository = new Services(context)
                .ifPresent(ConfigServer.class, server -> server.store().current());
        List<String> before = List.of(commandLine.getArguments()).subList(0, commandLine.getCursorArgumentIndex());
        return new StringsCompleter(words(repository, before)).complete(session, commandLine, candidates);
    }

    /**
     * What may be typed now.
     *
     * @param repository empty while the server is not up
     * @param before words that stand before it, the command's name first
     */
    abstract Collection<String> words(Optional<SignedRepository> repository, List<String> before);
}
