// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.component.SafeText;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes map names and ids from the latest scan. */
@Service
public final class MapCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<MapResource> maps = new Services(context)
                .ifPresent(
                        ResourceInventory.class,
                        inventory -> inventory.current().maps())
                .orElse(List.of());
        List<String> values = maps.stream()
                .flatMap(map -> Stream.of(map.name(), String.valueOf(map.id())))
                .filter(value -> !value.isEmpty() && SafeText.isSafe(value))
                .distinct()
                .toList();
        return new StringsCompleter(values).complete(session, commandLine, candidates);
    }
}
