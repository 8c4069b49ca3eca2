// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.locks.ContentionLoadLayout;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.LockRecordLayout;
import io.karst.resource.LockKind;
import io.karst.testing.ClasspathAssets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the Java layouts with those the compiler wrote into the objects' BTF. */
@Tag("kernel")
class LayoutTest {
    private static final Pattern STRUCT = Pattern.compile("\\[\\d+] STRUCT '(\\w+)' size=(\\d+) vlen=\\d+");
    private static final Pattern MEMBER = Pattern.compile("\\s+'(\\w+)' type_id=(\\d+) bits_offset=(\\d+)");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void countersAndTables() throws Exception {
        Map<String, Integer> c = layout("lock_contention");
        assertThat(c)
                .containsEntry("karst_counters", LockContentionLayout.COUNTERS_BYTES)
                .containsEntry("karst_counters.total_ns", LockContentionLayout.COUNTERS_TOTAL)
                .containsEntry("karst_counters.max_ns", LockContentionLayout.COUNTERS_MAX)
                .containsEntry("karst_counters.deadlocks", LockContentionLayout.COUNTERS_DEADLOCKS)
                .containsEntry("karst_counters.timeouts", LockContentionLayout.COUNTERS_TIMEOUTS)
                .containsEntry("karst_counters.untimed", LockContentionLayout.COUNTERS_UNTIMED)
                .containsEntry("karst_counters.variance_low", LockContentionLayout.COUNTERS_VARIANCE_LOW)
                .containsEntry("karst_counters.variance_high", LockContentionLayout.COUNTERS_VARIANCE_HIGH)
                .containsEntry("karst_counters.counted", LockContentionLayout.COUNTERS_COUNTED)
                .containsEntry("karst_counters.histogram", LockContentionLayout.COUNTERS_HISTOGRAM)
                .containsEntry("karst_single_lock", LockContentionLayout.SINGLE_LOCK_BYTES)
                .containsEntry("karst_single_lock.key", LockContentionLayout.SINGLE_LOCK_KEY)
                .containsEntry("karst_single_lock.counters", LockContentionLayout.SINGLE_LOCK_COUNTERS)
                .containsEntry("karst_range_table", LockContentionLayout.TABLE_BYTES)
                .containsEntry("karst_range_table.first_lock", LockContentionLayout.TABLE_FIRST_LOCK)
                .containsEntry("karst_range_table.range", LockContentionLayout.TABLE_RANGE)
                .containsEntry("karst_range", LockContentionLayout.RANGE_BYTES)
                .containsEntry("karst_range.stride", LockContentionLayout.RANGE_STRIDE)
                .containsEntry("karst_range.count", LockContentionLayout.RANGE_COUNT)
                .containsEntry("karst_range.slot", LockContentionLayout.RANGE_SLOT)
                .containsEntry("karst_range.map_address", LockContentionLayout.RANGE_MAP_ADDRESS)
                .containsEntry("karst_range.map_id", LockContentionLayout.RANGE_MAP_ID)
                .containsEntry("karst_waiting", LockContentionLayout.WAITING_BYTES)
                .containsEntry("karst_waiting.sleeping", LockContentionLayout.WAITING_SLEEPING)
                .containsEntry("karst_waiting.handover", LockContentionLayout.WAITING_HANDOVER)
                .containsEntry("karst_waiting.one_in", LockContentionLayout.WAITING_ONE_IN)
                .containsEntry("karst_control", LockContentionLayout.CONTROL_BYTES)
                .containsEntry("karst_control.generation", LockContentionLayout.CONTROL_GENERATION)
                .containsEntry("karst_control.cache", LockContentionLayout.CONTROL_CACHE)
                .containsEntry("karst_control.lowest", LockContentionLayout.CONTROL_LOWEST)
                .containsEntry("karst_control.highest", LockContentionLayout.CONTROL_HIGHEST);
    }

    @Test
    @Tag("sources")
    void lockRecords() throws Exception {
        assertThat(layoutOf(compiled("lock_ranges.h", "karst_lock_record")))
                .containsEntry("karst_lock_record", LockRecordLayout.BYTES)
                .containsEntry("karst_lock_record.record_type", LockRecordLayout.RECORD_TYPE)
                .containsEntry("karst_lock_record.map_id", LockRecordLayout.MAP_ID)
                .containsEntry("karst_lock_record.map_address", LockRecordLayout.MAP_ADDRESS)
                .containsEntry("karst_lock_record.base", LockRecordLayout.BASE)
                .containsEntry("karst_lock_record.stride", LockRecordLayout.STRIDE)
                .containsEntry("karst_lock_record.count", LockRecordLayout.COUNT)
                .containsEntry("karst_lock_record.kind", LockRecordLayout.KIND)
                .containsEntry("karst_lock_record.lock_offset", LockRecordLayout.LOCK_OFFSET)
                .containsEntry("karst_lock_record.first_index", LockRecordLayout.FIRST_INDEX)
                .containsEntry("karst_lock_record.padding", LockRecordLayout.PADDING);
    }

    @Test
    @Tag("sources")
    void mapDescriptions() throws Exception {
        assertThat(layoutOf(compiled("lock_ranges.h", "karst_map_description")))
                .containsEntry("karst_map_description", LockRecordLayout.BYTES)
                .containsEntry("karst_map_description.record_type", LockRecordLayout.RECORD_TYPE)
                .containsEntry("karst_map_description.map_id", LockRecordLayout.MAP_ID)
                .containsEntry("karst_map_description.map_address", LockRecordLayout.MAP_ADDRESS)
                .containsEntry("karst_map_description.memory", LockRecordLayout.DESCRIPTION_MEMORY)
                .containsEntry("karst_map_description.key_size", LockRecordLayout.DESCRIPTION_KEY_SIZE)
                .containsEntry("karst_map_description.value_size", LockRecordLayout.DESCRIPTION_VALUE_SIZE)
                .containsEntry("karst_map_description.max_entries", LockRecordLayout.DESCRIPTION_MAX_ENTRIES)
                .containsEntry("karst_map_description.map_flags", LockRecordLayout.DESCRIPTION_MAP_FLAGS)
                .containsEntry("karst_map_description.name", LockRecordLayout.DESCRIPTION_NAME);
    }

    @Test
    void kinds() throws Exception {
        List<String> lines = dump(write("lock_ranges")).lines().toList();
        for (LockKind kind : LockKind.values()) {
            assertThat(lines).contains("\t'KARST_" + kind.name() + "' val=" + kind.code());
        }
    }

    @Test
    @Tag("sources")
    void turnsOfALoad() throws Exception {
        assertThat(Path.of("..", "..", "bpf", "include", "contention_load.h"))
                .content()
                .contains("#define KARST_LOAD_TURNS " + ContentionLoadLayout.TURNS + "\n")
                .contains("#define KARST_LOAD_MAX_REST " + ContentionLoadLayout.MAX_REST + "\n");
    }

    @Test
    void valueOfTheLoad() throws Exception {
        assertThat(layout("contention_load"))
                .containsEntry("locked_value", ContentionLoadLayout.VALUE_BYTES)
                .containsEntry("locked_value.meeting", ContentionLoadLayout.VALUE_MET)
                .containsEntry("resilient_value", ContentionLoadLayout.RESILIENT_VALUE_BYTES)
                .containsEntry("resilient_value.meeting", ContentionLoadLayout.VALUE_MET)
                .containsEntry("meeting.met", 0)
                .containsEntry("meeting.queued", ContentionLoadLayout.VALUE_QUEUED - ContentionLoadLayout.VALUE_MET)
                .containsEntry("locked_value.rest", ContentionLoadLayout.VALUE_REST);
    }

    private Map<String, Integer> layout(String asset) throws IOException, InterruptedException {
        return layoutOf(write(asset));
    }

    private Path write(String asset) throws IOException {
        return Files.write(directory.resolve(asset + ".o"), ClasspathAssets.content(asset));
    }

    /** An object with the BTF of a struct that the programs only have on their stack, so that it is not in theirs. */
    private Path compiled(String header, String struct) throws IOException, InterruptedException {
        Path include = Path.of("..", "..", "bpf", "include").toAbsolutePath().normalize();
        Path source = Files.writeString(
                directory.resolve("layout.c"),
                "#include \"kernel_types.h\"\n#include \"" + header + "\"\nstruct " + struct + " one;\n");
        Path object = directory.resolve("layout.o");
        run("clang", "-target", "bpf", "-g", "-I" + include, "-c", source.toString(), "-o", object.toString());
        return object;
    }

    private static String dump(Path object) throws IOException, InterruptedException {
        return run("bpftool", "btf", "dump", "file", object.toString(), "format", "raw");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }

    /** Sizes of structs, and offsets of {@code struct.member}, in bytes. */
    private static Map<String, Integer> layoutOf(Path object) throws IOException, InterruptedException {
        Map<String, Integer> layout = new LinkedHashMap<>();
        String struct = "";
        for (String line : dump(object).lines().toList()) {
            Matcher start = STRUCT.matcher(line);
            Matcher member = MEMBER.matcher(line);
            if (start.lookingAt()) {
                struct = start.group(1);
                layout.put(struct, Integer.valueOf(start.group(2)));
            } else if (member.lookingAt()) {
                layout.put(struct + "." + member.group(1), Integer.parseInt(member.group(3)) / Byte.SIZE);
            } else {
                struct = "";
            }
        }
        return layout;
    }
}
