// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes ids of what was ever published, of the product that was typed before. */
@Service
public final class IdCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    /** Called by Karaf. */
    public IdCompleter() {}

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> typed = List.of(commandLine.getArguments());
        List<String> ids = ServerCommand.published(context)
                .filter(path -> typed.contains(path.product()))
                .map(ConfigPath::id)
                .toList();
        return new StringsCompleter(ids).complete(session, commandLine, candidates);
    }
}
