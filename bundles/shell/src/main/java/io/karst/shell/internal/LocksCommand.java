// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Progress;
import io.karst.commands.Services;
import io.karst.commands.Units;
import io.karst.commands.ViewCommand;
import io.karst.component.OnlineCpus;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.RecentContention;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Comparator;
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
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
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

    @Option(
            name = "--sort",
            valueToShowInHelp = "now, total with --json",
            description = "Sort descending by waiting time now, or by total waiting time, count, avg, max or p99 since"
                    + " tracing began.")
    @Completion(
            value = StringsCompleter.class,
            values = {"now", "total", "count", "avg", "max", "p99"})
    @Nullable
    String sort;

    @Option(name = "--limit", valueToShowInHelp = "20, none with --json", description = "Show at most this many rows.")
    @Nullable
    Integer limit;

    @Option(name = "--deleted", description = "Show deleted maps, too. JSON always has them.")
    boolean deleted;

    @Option(name = "--own", description = "Show the maps of Karst itself, too. JSON always has them.")
    boolean own;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        range("--seconds", seconds, 1, MOST_SECONDS);
        range("--limit", limit, 1, MOST_ROWS);
        LocksView.By rowFor = Arguments.constant(LocksView.By.class, "--by", by);
        LocksView.Sort order =
                Arguments.constant(LocksView.Sort.class, "--sort", sort == null ? json ? "total" : "now" : sort);
        services.<LockContention, Boolean>require(LockContention.class, "contention", "lock-tracer", contention -> {
            OptionalInt only = wanted(services, contention);
            RecentContention recent = measure(contention);
            Map<Integer, MapResource> maps = maps(services);
            HotLocks.Shown shown = key -> isShown(key.id(), only, maps);
            List<LockWaits> rows = LocksView.rows(recent, rowFor, order).stream()
                    .filter(row -> only.isEmpty() || row.mapId() == only.getAsInt())
                    .toList();
            List<LockVisibility> visibility =
                    services.ifPresent(LockTracer.class, LockTracer::visibility).orElse(List.of());
            show(new LocksView(
                    recent,
                    rows.stream()
                            .filter(row -> json || shown.includes(row.key()))
                            .sorted(Comparator.comparing(row -> !json && !maps.containsKey(row.mapId())))
                            .toList(),
                    rows.stream()
                            .filter(row -> !json && !shown.includes(row.key()))
                            .toList(),
                    rowLimit(),
                    maps,
                    rowFor,
                    new HotLocks(recent, shown, maps, visibility).sentence()));
            return true;
        });
    }

    /** A map that was asked for is always shown. */
    private boolean isShown(int id, OptionalInt only, Map<Integer, MapResource> maps) {
        if (only.isPresent()) {
            return id == only.getAsInt();
        }
        MapResource found = maps.get(id);
        return found == null ? deleted : own || !OwnMaps.isOwn(found);
    }

    private int rowLimit() {
        if (limit != null) {
            return limit;
        }
        return json ? Integer.MAX_VALUE : TABLE_ROWS;
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
        if (json || noFormat || !isTerminal()) {
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
            return;
        }
        if (noFormat) {
            print(view.table());
            return;
        }
        int width = width();
        remarks(view.summary(), width);
        remark("");
        remarks(seconds == null ? view.legend(ZoneId.systemDefault()) : view.period(ZoneId.systemDefault()), width);
        table(view, width);
        view.footer().forEach(line -> remarks(line, width));
    }

    /** Hot rows are bold and red; a mark says the same without colour. */
    private void table(LocksView view, int width) {
        List<String> lines = view.lines(width);
        List<Boolean> hot = view.hot();
        for (int line = 0; line < lines.size(); line++) {
            String style = line == 0
                    ? SimpleAnsi.INTENSITY_BOLD
                    : hot.get(line - 1) ? SimpleAnsi.INTENSITY_BOLD + SimpleAnsi.COLOR_RED : "";
            remark(lines.get(line), style);
        }
    }

    private void remarks(String text, int width) {
        (width > 0 ? Units.wrapped(text, width) : List.of(text)).forEach(line -> remark(line, ""));
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
