// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes versions that are kept of the configuration that was typed before, behind an option that takes one. */
@Service
public final class VersionCompleter implements Completer {

    private static final Set<String> TAKE_ONE = Set.of("--version", "--from", "--to");

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    /** Called by Karaf. */
    public VersionCompleter() {}

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> typed = List.of(commandLine.getArguments());
        int at = commandLine.getCursorArgumentIndex();
        if (at < 1 || !TAKE_ONE.contains(typed.get(at - 1))) {
            return -1;
        }
        List<String> versions = ServerCommand.stored(context)
                .flatMap(repository -> repository.paths().stream()
                        .filter(path -> isTyped(path, typed))
                        .flatMap(path -> repository.versions(path).stream()))
                .map(config -> Long.toString(config.version()))
                .toList();
        return new StringsCompleter(versions).complete(session, commandLine, candidates);
    }

    private static boolean isTyped(ConfigPath path, List<String> typed) {
        return typed.contains(path.product()) && typed.contains(path.id());
    }
}
