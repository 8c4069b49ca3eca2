// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.karst.ability.Ability;
import io.karst.ability.Answer;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfSource;
import io.karst.commands.Columns;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigListeners.Outcome;
import io.karst.config.ConfigListeners.Status;
import io.karst.contention.KernelPins;
import io.karst.locks.HotLocks;
import io.karst.poll.PollTaskStatus;
import io.karst.resource.LockKind;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.SymbolStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The JSON that scripts rely on: names and types of all fields, as docs/commands.md promises. */
class ContractTest {
    private static final Clock CLOCK = Clock.fixed(Samples.FROM, ZoneOffset.UTC);

    @Test
    void flow() {
        StageReport stage = new StageReport(
                2,
                "kernel-symbols",
                "io.karst.kernel-symbols",
                StageState.FAILED,
                Samples.FROM,
                Duration.ZERO,
                List.of("initialize"),
                Optional.of("iter/ksym: EPERM"));

        JsonObject object = onlyOf(stages(List.of(Samples.task())).json(List.of(stage)));

        assertThat(fields(object))
                .containsExactlyInAnyOrderEntriesOf(with(
                        Map.of("cost", "null"),
                        Map.of(
                                "order", "number",
                                "name", "string",
                                "bundle", "string",
                                "state", "string",
                                "since", "string",
                                "durationMillis", "number",
                                "waitingFor", "array",
                                "lastError", "string",
                                "tasks", "array",
                                "listeners", "array")));
        assertThat(object.getAsJsonArray("tasks"))
                .as("they belong to the poll loop")
                .isEmpty();
        assertThat(object.get("state").getAsString()).isEqualTo("FAILED");
        assertThat(Instant.parse(object.get("since").getAsString())).isEqualTo(Samples.FROM);
    }

    @Test
    void listeners() {
        Status fresh = new Status("fresh", Set.of("A"), Optional.empty());
        Status greeting = new Status(
                "greeting",
                Set.of("B", "A"),
                Optional.of(new Outcome(Kind.UPDATED, "B", "default", 3, ApplyState.ERROR, "too long")));

        JsonArray all = parse(FlowView.LISTENERS.json(List.of(fresh, greeting))).getAsJsonArray();

        assertThat(all.get(0).getAsJsonObject().get("state").isJsonNull()).isTrue();
        JsonObject object = all.get(1).getAsJsonObject();
        assertThat(fields(object))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "string",
                        "products", "array",
                        "state", "string",
                        "product", "string",
                        "id", "string",
                        "version", "number",
                        "reason", "string"));
        assertThat(object.get("state").getAsString()).isEqualTo("error");
        assertThat(Samples.print(FlowView.LISTENERS, List.of(fresh, greeting)))
                .containsPattern("fresh +A +none")
                .containsPattern("greeting +A, B +rejected +B/default version 3 +too long");
    }

    @Test
    void tasksOfThePollLoop() {
        StageReport loop = new StageReport(
                4,
                "poll-loop",
                "io.karst.poll-loop",
                StageState.READY,
                Samples.FROM,
                Duration.ofMillis(3),
                List.of(),
                Optional.empty());

        JsonObject task = onlyOf(
                onlyOf(stages(List.of(Samples.task())).json(List.of(loop))).getAsJsonArray("tasks"));

        assertThat(fields(task))
                .containsExactlyInAnyOrderEntriesOf(new TreeMap<>(Map.of(
                        "name", "string",
                        "intervalMillis", "number",
                        "lastTurn", "string",
                        "lastDurationMillis", "number",
                        "nextTurn", "string",
                        "overdue", "boolean",
                        "turns", "number",
                        "failures", "number",
                        "lastError", "string")));
        assertThat(task.get("intervalMillis").getAsLong()).isEqualTo(5_000);
    }

    @Test
    void cleanup() {
        KernelPins.Instance instance = new KernelPins.Instance("karaf-1", "/sys/fs/bpf/karst/karaf-1", true, false);

        JsonObject object = onlyOf(CleanupCommand.COLUMNS.json(List.of(new CleanupCommand.Cleaned(instance, 13))));

        assertThat(fields(object))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "instance", "string",
                        "directory", "string",
                        "own", "boolean",
                        "inUse", "boolean",
                        "pinsRemoved", "number"));
        assertThat(object.get("pinsRemoved").getAsInt()).isEqualTo(13);
    }

    @Test
    void flowWithoutErrorHasNull() {
        StageReport stage = new StageReport(
                1,
                "initialize",
                "io.karst.initialize",
                StageState.READY,
                Samples.FROM,
                Duration.ofMillis(85),
                List.of(),
                Optional.empty());

        JsonObject object = onlyOf(stages(List.of()).json(List.of(stage)));

        assertThat(object.get("lastError").isJsonNull()).isTrue();
        assertThat(object.get("durationMillis").getAsLong()).isEqualTo(85);
    }

    @Test
    void maps() {
        JsonObject object = onlyOf(MapsView.columns("*").json(List.of(Samples.map(12, "flows", Samples.buckets(12)))));

        assertThat(fields(object))
                .containsAllEntriesOf(Map.of(
                        "id", "number",
                        "name", "string",
                        "type", "string",
                        "flags", "number",
                        "maxEntries", "number",
                        "memoryBytes", "number",
                        "ranges", "array",
                        "owners", "array"))
                .containsOnlyKeys(
                        "id",
                        "name",
                        "type",
                        "flags",
                        "keyBytes",
                        "valueBytes",
                        "maxEntries",
                        "memoryBytes",
                        "address",
                        "ranges",
                        "pins",
                        "owners",
                        "blindSpots");
        JsonObject range = object.getAsJsonArray("ranges").get(0).getAsJsonObject();
        assertThat(fields(range))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "kind", "string",
                        "start", "string",
                        "stride", "number",
                        "count", "number",
                        "lockOffset", "number",
                        "firstIndex", "number"));
        assertThat(range.get("start").getAsString()).isEqualTo("0xffff888100001000");
        assertThat(range.get("kind").getAsString()).isEqualTo("HASH_BUCKET");
        assertThat(fields(object.getAsJsonArray("owners").get(0).getAsJsonObject()))
                .containsExactlyInAnyOrderEntriesOf(Map.of("type", "string", "id", "number", "name", "string"));
    }

    @Test
    void locks() {
        var view = new LocksView(
                Samples.period(Samples.snapshot(Samples.waits(3, LockKind.HASH_BUCKET, 10, 4, true))),
                List.of(Samples.waits(3, LockKind.HASH_BUCKET, 10, 4, true)),
                List.of(),
                20,
                Map.of(3, Samples.map(3, "map3")),
                LocksView.By.KIND,
                new HotLocks.Answer("A lock is hot.", Optional.of("Change it.")),
                Optional.of(Samples.COST));

        JsonObject document = parse(LocksView.DOCUMENT.json(view)).getAsJsonObject();

        assertThat(fields(document))
                .containsExactlyInAnyOrderEntriesOf(with(
                        Map.of("cost", "object", "advice", "string"),
                        Map.of(
                                "from", "string",
                                "to", "string",
                                "lost", "object",
                                "blindSpots", "array",
                                "locks", "array",
                                "omitted", "number",
                                "nowFrom", "string",
                                "nowTo", "string",
                                "cpus", "number",
                                "summary", "string")));
        assertThat(document.getAsJsonArray("blindSpots"))
                .as("texts only")
                .containsExactly(new JsonPrimitive("resilient locks with two CPUs: the first waiter is not traced"));
        assertThat(document.getAsJsonObject("lost").get("stale_note").getAsLong())
                .isEqualTo(3);
        JsonObject row = document.getAsJsonArray("locks").get(0).getAsJsonObject();
        assertThat(fields(row)).containsExactlyInAnyOrderEntriesOf(fieldsOfALock());
        assertThat(row.get("totalNanos").getAsLong()).isEqualTo(4_096);
    }

    private static Map<String, String> fieldsOfALock() {
        Map<String, String> expected = new TreeMap<>(Map.of("map", "string", "type", "string", "kind", "string"));
        for (String number : List.of(
                "mapId",
                "count",
                "totalNanos",
                "averageNanos",
                "p50Nanos",
                "p90Nanos",
                "p99Nanos",
                "maxNanos",
                "deadlocks",
                "timeouts",
                "perSecond",
                "nowPerSecond",
                "nowCpuShare",
                "nowWaiting",
                "timed",
                "totalError",
                "p50Error",
                "p90Error",
                "p99Error",
                "oneIn")) {
            expected.put(number, "number");
        }
        expected.put("hot", "boolean");
        expected.put("maxOfSample", "boolean");
        expected.put("own", "boolean");
        expected.put("maxExact", "boolean");
        expected.put("gone", "boolean");
        expected.put("owners", "array");
        return expected;
    }

    @Test
    void symbols() {
        List<KernelSymbol> symbols = List.of(
                new KernelSymbol("_text", 0xffff_ffff_8100_0000L, 0, "", SymbolStatus.FOUND, "iter/ksym"),
                new KernelSymbol("bpf_map_fops", 0, 0, "", SymbolStatus.NOT_AVAILABLE, ""));

        JsonArray array = parse(SymbolsCommand.COLUMNS.json(symbols)).getAsJsonArray();

        JsonObject found = array.get(0).getAsJsonObject();
        assertThat(fields(found))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "string",
                        "address", "string",
                        "offset", "number",
                        "module", "string",
                        "status", "string",
                        "source", "string"));
        assertThat(found.get("address").getAsString()).isEqualTo("0xffffffff81000000");
        JsonObject missing = array.get(1).getAsJsonObject();
        assertThat(missing.get("address").isJsonNull()).isTrue();
        assertThat(missing.get("status").getAsString()).isEqualTo("NOT_AVAILABLE");
    }

    @Test
    void assets() {
        AssetResult result = new AssetResult(
                "lock_ranges",
                "io.karst.bpf",
                AssetOutcome.SUCCESS_KERNEL,
                Optional.of(BtfSource.KERNEL),
                "",
                Samples.FROM);

        assertThat(fields(onlyOf(AssetsCommand.columns(CLOCK).json(List.of(result)))))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "name", "string",
                        "origin", "string",
                        "outcome", "string",
                        "btf", "string",
                        "detail", "string",
                        "at", "string"));
    }

    @Test
    void doctor() {
        Ability ability = new Ability("CAP_BPF", false, "CapEff lacks bit 39", "nothing can be read", "run as root");

        assertThat(fields(onlyOf(DoctorCommand.COLUMNS.json(List.of(ability)))))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ability", "string",
                        "present", "boolean",
                        "evidence", "string",
                        "effect", "string",
                        "remedy", "string",
                        "need", "string"));
    }

    /** A check that could not be done is neither passed nor failed. */
    @Test
    void doctorTellsWhatIsNotKnown() {
        Ability ability = new Ability("BTF", Answer.NOT_KNOWN, "/sys is not mounted", "no program", "mount it");

        JsonObject row = onlyOf(DoctorCommand.COLUMNS.json(List.of(ability)));

        assertThat(row.get("present").isJsonNull()).isTrue();
        assertThat(row.get("evidence").getAsString()).isEqualTo("/sys is not mounted");
        assertThat(Samples.print(DoctorCommand.COLUMNS, List.of(ability)))
                .contains("not known", "no program", "mount it")
                .doesNotContain("missing");
        assertThat(DoctorCommand.summary(List.of(ability, new Ability("b", true, "", "", ""))))
                .isEqualTo("1 of 2 checks passed, 1 not known");
    }

    /** What Karst does without is no lack. */
    @Test
    void doctorCountsWhatIsNeeded() {
        Ability ability = new Ability("kprobes", false, "none", "none", "nothing to do").with(Ability.Need.NONE);

        assertThat(ability.matters()).isFalse();
        assertThat(DoctorCommand.summary(List.of(ability, new Ability("b", false, "", "", ""))))
                .isEqualTo("0 of 1 checks passed, 1 failed");
        assertThat(Samples.print(DoctorCommand.COLUMNS, List.of(ability)))
                .contains("not needed")
                .doesNotContain("missing");
    }

    @Test
    void doctorSaysInThreeLinesWhatIsMissing() {
        Ability ability = new Ability("bpffs", false, "not mounted", "a restart loses the counters", "mount it");

        assertThat(DoctorCommand.card(ability, 0))
                .containsExactly("  Found  not mounted", "  Impact a restart loses the counters", "  Fix    mount it");
        assertThat(DoctorCommand.card(ability, 28))
                .containsExactly(
                        "  Found  not mounted",
                        "  Impact a restart loses the",
                        "         counters",
                        "  Fix    mount it");
    }

    /** In a terminal of any width: what the table shortens is on a card. */
    @Test
    void doctorShowsAllTextOfAllChecks() {
        String found = "the kernel's BTF has " + "lock:contention_begin, ".repeat(9) + "and lock:contention_end";
        List<Ability> checks = List.of(
                new Ability("contention tracepoints", true, found, "", ""),
                new Ability("pins", false, "no folder", "a restart loses the counters", "mount it"),
                new Ability("kprobes", false, "none of 'lock_*'", "they are not used " + "here ".repeat(30), "nothing")
                        .with(Ability.Need.NONE));

        for (int width = 40; width <= 400; width++) {
            List<String> lines = new ArrayList<>(DoctorCommand.COLUMNS.lines(checks, width));
            for (Ability check : DoctorCommand.shortened(checks, width)) {
                lines.addAll(DoctorCommand.card(check, width));
            }
            String text = String.join(" ", lines).replaceAll("\\s+", " ");
            assertThat(text)
                    .contains(found, "they are not used " + "here ".repeat(30).strip());
            int most = width;
            assertThat(lines).allMatch(line -> line.length() <= most);
        }
        assertThat(DoctorCommand.shortened(checks, 0)).isEmpty();
    }

    private static Columns<StageReport> stages(List<PollTaskStatus> tasks) {
        return new FlowView(tasks, List.of(), Optional.empty(), CLOCK).stages();
    }

    /** Written, and read again. */
    private static JsonElement parse(JsonElement element) {
        return JsonParser.parseString(element.toString());
    }

    private static JsonObject onlyOf(JsonArray array) {
        JsonArray parsed = parse(array).getAsJsonArray();
        assertThat(parsed).hasSize(1);
        return parsed.get(0).getAsJsonObject();
    }

    private static Map<String, String> fields(JsonObject object) {
        Map<String, String> fields = new TreeMap<>();
        object.entrySet().forEach(entry -> fields.put(entry.getKey(), type(entry.getValue())));
        return fields;
    }

    private static String type(JsonElement element) {
        if (element.isJsonArray()) {
            return "array";
        }
        if (element.isJsonObject()) {
            return "object";
        }
        if (element.isJsonNull()) {
            return "null";
        }
        if (element.getAsJsonPrimitive().isBoolean()) {
            return "boolean";
        }
        return element.getAsJsonPrimitive().isNumber() ? "number" : "string";
    }

    /** Both; Map.of has room for ten. */
    private static Map<String, String> with(Map<String, String> more, Map<String, String> fields) {
        Map<String, String> all = new TreeMap<>(fields);
        all.putAll(more);
        return all;
    }
}
