// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:maps}. */
@Service
@Command(
        scope = "karst",
        name = "maps",
        description = "Lists all eBPF maps of this kernel with their locks and owners.",
        detailedDescription = "classpath:help/maps.txt")
public final class MapsCommand extends ViewCommand {

    @Argument(
            name = "PATTERN",
            description = "Only the map with this id, or maps whose name matches; * matches any characters, ? one.",
            valueToShowInHelp = "all maps",
            multiValued = true)
    @Completion(MapCompleter.class)
    List<String> patterns = List.of();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<String> words = words(patterns);
        if (words.size() > 1) {
            throw new CommandException("Only one pattern is allowed, not " + words.size());
        }
        String pattern = words.isEmpty() ? "*" : words.get(0);
        Inventory inventory = services.require(ResourceInventory.class, "initialize", ResourceInventory::rescan);
        List<MapResource> maps = MapNames.matching(inventory.maps(), pattern);
        print(MapsView.columns(pattern), maps);
        remark("");
        remark(maps.size() + " of " + inventory.maps().size() + " maps");
        MapsView.blindSpots(inventory, maps).forEach(this::remark);
    }
}
