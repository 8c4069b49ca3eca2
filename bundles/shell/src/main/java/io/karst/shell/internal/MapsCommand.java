// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** {@code karst:maps}. */
@Service
@Command(
        scope = "karst",
        name = "maps",
        description = "Lists all eBPF maps of this kernel with their locks and owners.",
        detailedDescription = "classpath:help/maps.txt")
public final class MapsCommand extends ViewCommand {
    private static final String SORT = "--sort";
    private static final String LIMIT = "--limit";
    private static final int MOST_ROWS = 1_000_000;

    @Argument(
            name = "PATTERN",
            description = "Only the map with this id, or maps whose name matches; * matches any characters, ? one.",
            valueToShowInHelp = "all maps",
            multiValued = true)
    @Completion(MapCompleter.class)
    List<String> patterns = List.of();

    @Option(
            name = SORT,
            description = "Sort by id, name or type, or by entries, memory or number of locks, the largest first.")
    @Completion(
            value = StringsCompleter.class,
            values = {"id", "name", "type", "entries", "memory", "locks"})
    String sort = "id";

    @Option(name = LIMIT, valueToShowInHelp = "none", description = "Show at most this many rows.")
    @Nullable
    Integer limit;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        Arguments typed = arguments(patterns, Set.of(SORT, LIMIT));
        List<String> words = typed.words();
        if (words.size() > 1) {
            throw new CommandException("Only one pattern is allowed, not " + words.size());
        }
        MapsView.Sort order =
                Arguments.constant(MapsView.Sort.class, SORT, typed.values().getOrDefault(SORT, sort));
        Integer most = typed.number(LIMIT).orElse(limit);
        Arguments.requireWithin(LIMIT, most, 1, MOST_ROWS);
        String pattern = words.isEmpty() ? "*" : words.get(0);
        Inventory inventory = services.require(ResourceInventory.class, "initialize", ResourceInventory::rescan);
        List<MapResource> found = MapNames.matching(inventory.maps(), pattern);
        List<MapResource> maps = MapsView.sorted(found, order, most == null ? found.size() : most);
        print(MapsView.columns(pattern), maps);
        remark("");
        remark(MapsView.count(maps.size(), found.size(), inventory.maps().size()));
        MapsView.blindSpots(inventory, maps).forEach(this::remark);
    }
}
