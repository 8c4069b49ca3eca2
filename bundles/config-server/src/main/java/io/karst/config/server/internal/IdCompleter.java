// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** Completes ids of what is offered, of the product that was typed before. */
@Service
public final class IdCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private ConfigServer server;

    /** Called by Karaf. */
    public IdCompleter() {}

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> typed = List.of(commandLine.getArguments());
        List<String> ids = server.store().current().configs().values().stream()
                .filter(config -> typed.contains(config.path().product()))
                .map(config -> config.path().id())
                .toList();
        return new StringsCompleter(ids).complete(session, commandLine, candidates);
    }
}
