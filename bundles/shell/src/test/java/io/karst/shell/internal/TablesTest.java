// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfSource;
import io.karst.bpf.MapInfo;
import io.karst.commands.Columns;
import io.karst.commands.TextWidth;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.KernelPins;
import io.karst.locks.HotLocks;
import io.karst.locks.LockAdvice;
import io.karst.poll.PollTaskStatus;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import io.karst.resource.MapResource;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.SymbolStatus;
import io.karst.testing.HostileText;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jline.utils.AttributedString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of the commands on terminals of several widths. */
class TablesTest {
    private static final List<String> NAMES = HostileText.ALL;

    private static final FlowView FLOW =
            new FlowView(List.of(), List.of(), Optional.empty(), Clock.fixed(Samples.FROM, ZoneOffset.UTC));

    /** A table with its rows. */
    record Table<T>(Columns<T> columns, List<T> rows) {
        List<String> lines(int width) {
            return columns.lines(rows, width);
        }

        List<String> tabs() {
            return columns.tabs(rows, true);
        }

        List<String> csv() {
            return columns.csv(rows, true);
        }
    }

    static Stream<Arguments> tables() {
        return Stream.of(40, 80, 120, 200)
                .flatMap(width ->
                        all().entrySet().stream().map(entry -> Arguments.of(entry.getKey(), width, entry.getValue())));
    }

    private static Map<String, Table<?>> all() {
        LocksView locks = locks();
        return Map.of(
                "maps", new Table<>(MapsView.columns("*"), maps()),
                "locks", new Table<>(locks.columns(LocksView.Form.READ), locks.rows()),
                "locks of a map", new Table<>(MapCard.KINDS, kinds()),
                "stages", new Table<>(FLOW.stages(), stages()),
                "tasks", new Table<>(FLOW.taskColumns(), tasks()),
                "symbols", new Table<>(SymbolsCommand.COLUMNS, symbols()),
                "assets", new Table<>(AssetsCommand.columns(FLOW.clock()), assets()),
                "checks", new Table<>(DoctorCommand.COLUMNS, checks()),
                "pins", new Table<>(CleanupCommand.COLUMNS, pins()));
    }

    @ParameterizedTest(name = "{0} in {1} columns")
    @MethodSource("tables")
    void noLineIsWiderThanTheTerminal(String name, int width, Table<?> table) {
        assertThat(table.lines(width)).hasSize(NAMES.size() + 1).allSatisfy(line -> {
            assertThat(new AttributedString(line).columnLength()).isLessThanOrEqualTo(width);
            HostileText.assertHarmless(line);
        });
    }

    static Stream<Arguments> scripts() {
        return all().entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    /** A name adds no line and no cell, and computes nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void scriptsGetALineForEachRow(String name, Table<?> table) {
        long tabs = table.tabs().get(0).chars().filter(c -> c == '\t').count();
        assertThat(table.tabs()).hasSize(NAMES.size() + 1).allSatisfy(line -> {
            assertThat(line.chars().filter(c -> c == '\t')).hasSize((int) tabs);
            HostileText.assertHarmless(line.replace("\t", ""));
        });
        assertThat(table.csv()).hasSize(NAMES.size() + 1).allSatisfy(line -> {
            HostileText.assertHarmless(line);
            assertThat(HostileText.csvCells(line))
                    .hasSize((int) tabs + 1)
                    .noneMatch(cell -> cell.matches("\\s*[-=+@\uff1d].*"));
        });
    }

    /** What is left out, and that nothing has to be cut. */
    @ParameterizedTest(name = "{0} in {1} columns")
    @CsvSource(
            delimiter = '|',
            value = {
                "maps|40|Id Name Type",
                "maps|80|Id Name Type Entries Memory Locks Owners",
                "locks|40|Map Lock Now/s Now %",
                "locks|80|Map Lock Now/s Now % Waits Total p99 Max",
                "locks of a map|40|Lock Reported Now/s Now %",
                "locks of a map|80|Lock Locks Reported Now/s Now % Waits Total Max",
                "stages|40|# Stage State Last error",
                "stages|80|# Stage State Since Duration Waiting for Last error",
                "tasks|40|Task Failed Last error",
                "tasks|80|Task Interval Duration Next run Runs Failed Last error",
                "symbols|40|Symbol Address",
                "symbols|80|Symbol Address Module Status Source",
                "assets|40|Asset Outcome",
                "assets|80|Asset Outcome BTF At Origin Detail",
                "checks|40|Check Result",
                "checks|80|Check Result Found",
                "pins|40|Instance Pins removed In use",
                "pins|80|Instance Pins removed Directory In use"
            })
    void theLeastImportantColumnsGoFirst(String name, int width, String headings) {
        Table<?> table = Objects.requireNonNull(all().get(name));

        assertThat(table.lines(width).get(0).trim().replaceAll(" +", " ")).isEqualTo(headings);
    }

    /** Chain, stages, tasks and what is between them: with a prompt before and behind. */
    @Test
    void theFlowFitsAScreenOf80Columns() {
        List<String> screen = new ArrayList<>();
        List<StageReport> stages = List.of(
                stage(1, "initialize", StageState.READY, ""),
                stage(2, "kernel-symbols", StageState.READY, ""),
                stage(3, "lock-tracer", StageState.READY, ""),
                stage(4, "poll-loop", StageState.READY, ""),
                stage(5, "config-poller", StageState.WAITING, ""),
                stage(StageReport.BESIDE, "config-server", StageState.FAILED, "Address already in use"));
        screen.addAll(TextWidth.wrapped(FlowView.chain(stages), 80));
        screen.add("");
        List<String> table = FLOW.stages().lines(stages, 80);
        screen.addAll(table);
        screen.addAll(FlowView.errors(stages, table));
        screen.add("");
        screen.addAll(FLOW.taskColumns().lines(tasks().subList(0, 6), 80));

        assertThat(screen)
                .hasSizeLessThanOrEqualTo(22)
                .allSatisfy(line ->
                        assertThat(new AttributedString(line).columnLength()).isLessThanOrEqualTo(80));
        assertThat(screen)
                .filteredOn(line -> line.contains("Address already in use"))
                .hasSize(1);
    }

    private static List<MapResource> maps() {
        return NAMES.stream()
                .map(name -> new MapResource(
                        new MapInfo(123_456, 1, "lru_percpu_hash", name, 4, 8, 10_000_000, 1, 96L << 20),
                        0xffff_8881_0000_0000L,
                        List.of(Samples.buckets(12)),
                        List.of("/sys/fs/bpf/" + name),
                        List.of(
                                new MapOwner(MapOwner.Type.PROCESS, 4_242, name),
                                new MapOwner(MapOwner.Type.PROGRAM, 777, name)),
                        List.of()))
                .toList();
    }

    private static LocksView locks() {
        List<LockWaits> rows = new ArrayList<>();
        for (String name : NAMES) {
            LockWaits waits = Samples.lasting(1, LockKind.VALUE_SPIN_LOCK, 3_623_230, 2_910);
            rows.add(new LockWaits(
                    new MapKey(123_456, 0),
                    name,
                    "percpu_hash",
                    List.of(),
                    waits.kind(),
                    waits.index(),
                    waits.counters()));
        }
        return new LocksView(
                Samples.recent(List.of(), rows.toArray(LockWaits[]::new)),
                rows,
                List.of(),
                NAMES.size(),
                Map.of(123_456, maps().get(2)),
                LocksView.By.KIND,
                new HotLocks.Answer("", Optional.empty()),
                Optional.empty());
    }

    private static List<MapCard.Kind> kinds() {
        return NAMES.stream()
                .map(name -> {
                    LockWaits waits = Samples.lasting(1, LockKind.LOCAL_STORAGE_BUCKET, 3_623_230, 2_910);
                    return new MapCard.Kind(
                            LockKind.LOCAL_STORAGE_BUCKET,
                            65_536,
                            MapCard.Reported.UNKNOWN,
                            Optional.of(waits.counters()),
                            Optional.of(waits.counters()),
                            Optional.of(1_234.5),
                            Optional.of(0.031),
                            LockAdvice.of(LockKind.LOCAL_STORAGE_BUCKET, true));
                })
                .toList();
    }

    private static StageReport stage(int order, String name, StageState state, String error) {
        return new StageReport(
                order,
                name,
                "io.karst." + name,
                state,
                Samples.FROM,
                Duration.ofMillis(1_285),
                state == StageState.WAITING ? List.of("kernel-symbols") : List.of(),
                Optional.of(error).filter(text -> !text.isEmpty()));
    }

    private static List<StageReport> stages() {
        return NAMES.stream()
                .map(name -> stage(2, "listener-configadmin", StageState.FAILED, "cannot read " + name))
                .toList();
    }

    private static List<PollTaskStatus> tasks() {
        return NAMES.stream()
                .map(name -> new PollTaskStatus(
                        "remote configuration",
                        Duration.ofSeconds(5),
                        Optional.of(Samples.FROM.minusSeconds(3)),
                        Duration.ofMillis(12),
                        Optional.of(Samples.FROM.plusSeconds(2)),
                        false,
                        123_456,
                        1,
                        Optional.of("UNREACHABLE " + name)))
                .toList();
    }

    private static List<KernelSymbol> symbols() {
        return NAMES.stream()
                .map(name ->
                        new KernelSymbol(name, 0xffff_ffff_8100_0000L, 0, name, SymbolStatus.FOUND, "/proc/kallsyms"))
                .toList();
    }

    private static List<AssetResult> assets() {
        return NAMES.stream()
                .map(name -> new AssetResult(
                        "lock_ranges",
                        "/opt/karaf/" + name,
                        AssetOutcome.BTF_NOT_FOUND,
                        Optional.of(BtfSource.PACKAGED),
                        name,
                        Samples.FROM))
                .toList();
    }

    private static List<Ability> checks() {
        return NAMES.stream()
                .map(name -> new Ability("contention tracepoints", false, name, "nothing is measured: " + name, name))
                .toList();
    }

    private static List<CleanupCommand.Cleaned> pins() {
        return NAMES.stream()
                .map(name -> new CleanupCommand.Cleaned(
                        new KernelPins.Instance(name, "/sys/fs/bpf/karst/" + name, true, false), 13))
                .toList();
    }
}
