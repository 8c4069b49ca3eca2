// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Progress;
import io.karst.commands.Services;
import io.karst.component.OnlineCpus;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import io.karst.contention.RecentContention;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.jspecify.annotations.Nullable;

/** {@code karst:locks}. */
@Service
@Command(
        scope = "karst",
        name = "locks",
        description =
                "Shows which locks of eBPF maps are hot now, and how often and how long they were waited for so far.",
        detailedDescription = "classpath:help/locks.txt")
public final class LocksCommand extends LocksTableCommand {
    private static final int MOST_SECONDS = 3_600;

    @Option(name = "--map", valueToShowInHelp = "all maps", description = "Only the map with this id or name.")
    @Completion(MapCompleter.class)
    @Nullable
    String map;

    @Option(
            name = "--by",
            description =
                    "One row per map (all its locks), kind (its locks of one kind, such as hash bucket) or lock (a"
                            + " single lock, such as hash bucket 17).")
    @Completion(
            value = StringsCompleter.class,
            values = {"map", "kind", "lock"})
    String by = "kind";

    @Option(
            name = "--seconds",
            valueToShowInHelp = "all since tracing began",
            description = "Measure for this many seconds, 1 to 3600, and show only that period.")
    @Nullable
    Integer seconds;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        Arguments.requireWithin("--seconds", seconds, 1, MOST_SECONDS);
        LocksView.By rowFor = Arguments.constant(LocksView.By.class, "--by", by);
        LockReading.Choice all = choice(rowFor);
        services.<LockContention, Boolean>require(LockContention.class, "contention", "lock-tracer", contention -> {
            LockReading.Choice choice = all.onlyOf(wanted(services, contention));
            show(LockReading.of(measure(contention), services).view(choice));
            return true;
        });
    }

    private RecentContention measure(LockContention contention) throws InterruptedException {
        if (seconds == null) {
            return contention.recent();
        }
        ContentionSnapshot period = during(contention, seconds);
        return new RecentContention(period, period, List.of(), OnlineCpus.count(Path.of("/sys")));
    }

    private ContentionSnapshot during(LockContention contention, int length) throws InterruptedException {
        Duration time = Duration.ofSeconds(length);
        if (isForScripts() || !isTerminal()) {
            return contention.during(time);
        }
        try (Progress progress = progress(length)) {
            progress.start();
            return contention.during(time);
        }
    }

    private void show(LocksView view) {
        if (json) {
            print(LocksView.DOCUMENT.json(view));
        } else {
            ZoneId zone = ZoneId.systemDefault();
            table(view, seconds == null ? view.legend(zone) : view.period(zone));
        }
    }

    /** Finds the map asked for: first among existing maps, then among deleted ones that had contention. */
    private OptionalInt wanted(Services services, LockContention contention) throws CommandException {
        if (map == null) {
            return OptionalInt.empty();
        }
        Map<Integer, String> living = services.ifPresent(
                        ResourceInventory.class, inventory -> inventory.rescan().maps())
                .map(found -> names(found.stream()))
                .orElse(Map.of());
        Map<Integer, String> gone = new TreeMap<>(living);
        contention.sinceStart().perKind().forEach(waits -> gone.putIfAbsent(waits.mapId(), waits.map()));
        String name = map;
        boolean lives = living.containsValue(name) || living.keySet().stream().anyMatch(id -> name.equals("" + id));
        return OptionalInt.of(MapNames.one(lives ? living : gone, name));
    }

    private static Map<Integer, String> names(Stream<MapResource> maps) {
        return maps.collect(Collectors.toMap(MapResource::id, MapResource::name, (one, other) -> other));
    }
}
