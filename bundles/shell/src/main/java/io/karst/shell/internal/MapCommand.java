// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.RecentContention;
import io.karst.resource.Inventory;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;

/** {@code karst:map}. */
@Service
@Command(
        scope = "karst",
        name = "map",
        description = "Shows all about one eBPF map: size, owners, its locks and who waits for them.",
        detailedDescription = "classpath:help/map.txt")
public final class MapCommand extends ViewCommand {

    @Argument(name = "ID|NAME", description = "Id or name of the map.", required = true, multiValued = true)
    @Completion(MapCompleter.class)
    List<String> names = List.of();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        List<String> words = words(names);
        if (words.size() != 1) {
            throw new CommandException("Name one map, by its id or name; karst:maps lists all");
        }
        if (onlyRows()) {
            throw new CommandException("A card is no table. Use --json, or karst:maps --csv");
        }
        Inventory inventory = services.require(ResourceInventory.class, "initialize", ResourceInventory::rescan);
        MapResource map = find(inventory, words.get(0));
        Optional<RecentContention> recent = Optional.empty();
        String missing = "";
        try {
            recent = Optional.of(
                    services.require(LockContention.class, "contention", "lock-tracer", LockContention::recent));
        } catch (CommandException e) {
            missing = "Waits are not measured: " + e.getMessage();
        }
        List<LockVisibility> visibility =
                services.ifPresent(LockTracer.class, LockTracer::visibility).orElse(List.of());
        show(
                new MapCard(
                        map,
                        recent,
                        visibility,
                        homes(map),
                        MapsView.ofOwners(inventory.blindSpots()),
                        services.ifPresent(LockTracer.class, LockTracer::cost)),
                missing);
    }

    private void show(MapCard card, String missing) {
        if (json) {
            print(MapCard.DOCUMENT.json(card));
            return;
        }
        List<String> lines = card.lines(width(), Bars.of(Charset.defaultCharset()));
        for (int line = 0; line < lines.size(); line++) {
            remark(lines.get(line), line == 0 ? SimpleAnsi.INTENSITY_BOLD : "");
        }
        if (!missing.isEmpty()) {
            remark("");
            remark(missing);
        }
    }

    private static MapResource find(Inventory inventory, String word) throws CommandException {
        Map<Integer, MapResource> maps = inventory.maps().stream()
                .collect(Collectors.toMap(MapResource::id, map -> map, (one, other) -> other, TreeMap::new));
        Map<Integer, String> named = new TreeMap<>();
        maps.forEach((id, map) -> named.put(id, map.name()));
        return Optional.ofNullable(maps.get(MapNames.one(named, word))).orElseThrow();
    }

    /** Container, unit or control group of its processes, by process id. */
    static Map<Integer, String> homes(MapResource map) {
        ProcessHome home = new ProcessHome(Path.of("/proc"));
        Map<Integer, String> homes = new TreeMap<>();
        map.owners().stream()
                .filter(owner -> owner.type() == MapOwner.Type.PROCESS)
                .forEach(owner -> home.of(owner.id()).ifPresent(found -> homes.put(owner.id(), found)));
        return homes;
    }
}
