// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockContention;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
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
        description = "Shows which locks of eBPF maps are contended, and how long they are waited for.",
        detailedDescription = "classpath:help/locks.txt")
public final class LocksCommand extends ViewCommand {
    private static final int MOST_SECONDS = 3_600;
    private static final int MOST_ROWS = 1_000_000;
    private static final int TABLE_ROWS = 20;

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

    @Option(name = "--sort", description = "Sort descending by total waiting time, count, avg, max or p99.")
    @Completion(
            value = StringsCompleter.class,
            values = {"total", "count", "avg", "max", "p99"})
    String sort = "total";

    @Option(name = "--limit", valueToShowInHelp = "20, none with --json", description = "Show at most this many rows.")
    @Nullable
    Integer limit;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        range("--seconds", seconds, 1, MOST_SECONDS);
        range("--limit", limit, 1, MOST_ROWS);
        LocksView.By rowFor = Arguments.constant(LocksView.By.class, "--by", by);
        LocksView.Sort order = Arguments.constant(LocksView.Sort.class, "--sort", sort);
        services.<LockContention, Boolean>require(LockContention.class, "contention", "lock-tracer", contention -> {
            OptionalInt only = wanted(services, contention);
            ContentionSnapshot snapshot = measure(contention);
            List<LockWaits> rows = LocksView.rows(snapshot, rowFor, order).stream()
                    .filter(row -> only.isEmpty() || row.mapId() == only.getAsInt())
                    .toList();
            show(new LocksView(snapshot, rows, rowLimit(), maps(services), rowFor));
            return true;
        });
    }

    private int rowLimit() {
        if (limit != null) {
            return limit;
        }
        return json ? Integer.MAX_VALUE : TABLE_ROWS;
    }

    private ContentionSnapshot measure(LockContention contention) throws InterruptedException {
        if (seconds == null) {
            return contention.sinceStart();
        }
        Duration time = Duration.ofSeconds(seconds);
        if (json || noFormat || !isTerminal()) {
            return contention.during(time);
        }
        try (Progress progress = new Progress(out(), seconds)) {
            progress.start();
            return contention.during(time);
        }
    }

    private void show(LocksView view) {
        if (json) {
            print(LocksView.DOCUMENT.json(view));
            return;
        }
        remark(view.period(ZoneId.systemDefault()));
        print(view.table(noFormat));
        view.footer().forEach(this::remark);
    }

    private static Map<Integer, MapResource> maps(Services services) {
        return services
                .ifPresent(
                        ResourceInventory.class,
                        inventory -> inventory.current().maps())
                .orElse(List.of())
                .stream()
                .collect(Collectors.toMap(MapResource::id, found -> found, (one, other) -> other, TreeMap::new));
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

    static void range(String option, @Nullable Integer value, int least, int most) throws CommandException {
        if (value != null && (value < least || value > most)) {
            throw new CommandException(option + " must be between " + least + " and " + most);
        }
    }
}
