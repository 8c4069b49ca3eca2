// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Steady contention on one map's mutex, made by processes that know nothing of Karaf, and its waits as bpftrace counts them.
 * A mutex, as every kernel shows waits on it. The map is one of Karst's own for the self-test, pinned beside its pins.
 */
final class MutexLoad implements AutoCloseable {
    private static final Path PINS =
            Path.of("/sys/fs/bpf", "karst-itest-" + ProcessHandle.current().pid());
    private static final Pattern ENDS = Pattern.compile("@ends: ([0-9]+)");
    private static final String KIND = "PROG_ARRAY_POKE";
    private static final int WORKERS = 2;

    /** Commands of one process: about a tenth of a second's. */
    private static final int UPDATES = 1500;

    private final Path folder;
    private final int mapId;
    private final List<Thread> workers = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;
    private @Nullable Process bpftrace;

    /**
     * Loads the programs; nothing contends yet.
     *
     * @param object the compiled asset {@code contention_load}
     * @param folder for small files
     */
    MutexLoad(Path object, Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        Files.createDirectories(PINS);
        run(
                "bpftool",
                "prog",
                "loadall",
                object.toString(),
                PINS.resolve("programs").toString(),
                "pinmaps",
                PINS.resolve("maps").toString());
        String map = run(
                "bpftool",
                "-j",
                "map",
                "show",
                "pinned",
                PINS.resolve("maps/load_programs").toString());
        mapId = JsonParser.parseString(map).getAsJsonObject().get("id").getAsInt();
        Files.writeString(
                folder.resolve("updates"),
                ("map update pinned " + PINS.resolve("maps/load_programs") + " key 0 0 0 0 value pinned "
                                + PINS.resolve("programs/load_hash") + "\n")
                        .repeat(UPDATES));
    }

    int mapId() {
        return mapId;
    }

    /** Begins to count, then to contend. */
    void start(String maps) throws IOException, InterruptedException {
        String script = "tracepoint:lock:contention_end /args->lock_addr == " + lockOf(maps) + "/ { @ends = count(); }"
                + " BEGIN { @ends = count(); clear(@ends); }"
                + " interval:ms:100 { printf(\"attached\\n\"); }";
        Process counting = new ProcessBuilder("bpftrace", "-e", script)
                .redirectOutput(folder.resolve("bpftrace.out").toFile())
                .redirectError(folder.resolve("bpftrace.err").toFile())
                .start();
        bpftrace = counting;
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!Files.readString(folder.resolve("bpftrace.out")).contains("attached\n")) {
            if (!counting.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("bpftrace: " + Files.readString(folder.resolve("bpftrace.err")));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        for (int number = 0; number < WORKERS; number++) {
            Thread worker = new Thread(this::contend, "load");
            workers.add(worker);
            worker.start();
        }
    }

    /** Its address, from {@code karst:maps --json}. */
    private String lockOf(String maps) {
        for (JsonElement map : JsonParser.parseString(maps).getAsJsonArray()) {
            if (map.getAsJsonObject().get("id").getAsInt() != mapId) {
                continue;
            }
            for (JsonElement each : map.getAsJsonObject().getAsJsonArray("ranges")) {
                JsonObject range = each.getAsJsonObject();
                if (range.get("kind").getAsString().equals(KIND)) {
                    String start = range.get("start").getAsString().substring(2);
                    long lock = Long.parseUnsignedLong(start, 16)
                            + range.get("lockOffset").getAsLong();
                    return "0x" + Long.toHexString(lock);
                }
            }
        }
        throw new AssertionError("no lock of map " + mapId + " in " + maps);
    }

    private void contend() {
        try {
            while (!over) {
                run("bpftool", "batch", "file", folder.resolve("updates").toString());
            }
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the contention, then the count; returns waits. */
    long stop() throws IOException, InterruptedException {
        over = true;
        for (Thread worker : workers) {
            worker.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.toString());
        }
        Process counting = Objects.requireNonNull(bpftrace, "not started");
        run("kill", "-INT", Long.toString(counting.pid()));
        if (!counting.waitFor(1, TimeUnit.MINUTES)) {
            throw new AssertionError("bpftrace did not end");
        }
        String output = Files.readString(folder.resolve("bpftrace.out"));
        Matcher ends = ENDS.matcher(output);
        long count = -1;
        while (ends.find()) {
            count = Long.parseLong(ends.group(1));
        }
        if (count < 0) {
            throw new AssertionError("no count: " + output + Files.readString(folder.resolve("bpftrace.err")));
        }
        return count;
    }

    /**
     * Compares with what Karst counted on the map's mutex. Every missing wait has to be reported as lost: a run that
     * the kernel skipped, and the half that is left.
     *
     * @param expected waits
     * @param locks output of {@code karst:locks --json}
     */
    void assertCounted(long expected, String locks) {
        JsonObject snapshot = JsonParser.parseString(locks).getAsJsonObject();
        long count = 0;
        for (JsonElement row : snapshot.getAsJsonArray("locks")) {
            JsonObject lock = row.getAsJsonObject();
            if (lock.get("mapId").getAsInt() == mapId
                    && lock.get("kind").getAsString().equals(KIND)) {
                count += lock.get("count").getAsLong();
            }
        }
        JsonObject lost = snapshot.getAsJsonObject("lost");
        long skipped = lost.remove("recursion_begin").getAsLong()
                + lost.remove("recursion_end").getAsLong();
        long others = lost.entrySet().stream()
                .mapToLong(reason -> reason.getValue().getAsLong())
                .sum();
        assertTrue("nothing waited", expected > 0);
        assertTrue(
                count + " of " + expected + " counted, " + skipped + " skipped, lost " + lost,
                count <= expected && expected - count <= skipped && others <= skipped);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (InputStream stream = process.getInputStream()) {
            output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        over = true;
        for (Thread worker : workers) {
            worker.join();
        }
        if (bpftrace != null) {
            bpftrace.destroy();
        }
        run("rm", "-rf", PINS.toString());
    }
}
