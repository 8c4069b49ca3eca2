// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import java.io.IOException;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes what {@code karst:config-client} takes: names of clients for {@code remove}, the folder for {@code add}. */
@Service
public final class ClientCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    /** Called by Karaf. */
    public ClientCompleter() {}

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        return List.of(commandLine.getArguments()).contains(ConfigClientCommand.REMOVE)
                ? new StringsCompleter(names()).complete(session, commandLine, candidates)
                : new FileCompleter().complete(session, commandLine, candidates);
    }

    private List<String> names() {
        return new Services(context)
                .ifPresent(ConfigServer.class, server -> {
                    try {
                        return server.credentials().names();
                    } catch (IOException e) {
                        return List.<String>of(); // the command itself will say why
                    }
                })
                .orElse(List.of());
    }
}
