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
        description = "Lists every eBPF map of this kernel with its locks and owners, as they are now.")
public final class MapsCommand extends ViewCommand {

    @Argument(
            name = "PATTERN",
            description = "Only maps with this id, or whose name matches: * stands for any characters, ? for one.",
            valueToShowInHelp = "all maps",
            multiValued = true)
    @Completion(MapCompleter.class)
    List<String> patterns = List.of();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<String> words = words(patterns);
        if (words.size() > 1) {
            throw new CommandException("one pattern at a time, not " + words.size());
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
