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

/**
 * Completes names of maps from the latest scan, and ids as soon as a digit is typed. The console sorts what a completer finds, and would show hundreds of ids
 * before the first name.
 */
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
        String word = commandLine.getCursorArgument();
        return new StringsCompleter(values(maps, word == null ? "" : word)).complete(session, commandLine, candidates);
    }

    /**
     * What may be meant.
     *
     * @param word what was typed so far
     */
    static List<String> values(List<MapResource> maps, String word) {
        boolean ids = !word.isEmpty() && Character.isDigit(word.charAt(0));
        return maps.stream()
                .flatMap(map -> ids ? Stream.of(map.name(), String.valueOf(map.id())) : Stream.of(map.name()))
                .filter(value -> !value.isEmpty() && SafeText.isSafe(value))
                .distinct()
                .toList();
    }
}
