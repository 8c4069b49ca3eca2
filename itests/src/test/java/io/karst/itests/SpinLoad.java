// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steady contention on one lock, made by processes that know nothing of Karaf, and its waits as bpftrace counts them. The
 * programs are Karst's own for the self-test, pinned beside its pins.
 */
final class SpinLoad implements AutoCloseable {
    private static final Path PINS =
            Path.of("/sys/fs/bpf", "karst-itest-" + ProcessHandle.current().pid());
    private static final Pattern ENDS = Pattern.compile("@ends: ([0-9]+)");
    private static final int WORKERS = 2;

    private final Path folder;
    private final int mapId;
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicReference<String> failure = new AtomicReference<>("");
    private volatile boolean over;
    private Process bpftrace;

    /**
     * Loads the programs; nothing contends yet.
     *
     * @param object the compiled asset {@code contention_load}
     * @param folder for small files
     */
    SpinLoad(Path object, Path folder) throws IOException, InterruptedException {
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
                PINS.resolve("maps/load_values").toString());
        mapId = JsonParser.parseString(map).getAsJsonObject().get("id").getAsInt();
        Files.write(folder.resolve("packet"), new byte[14]);
    }

    int mapId() {
        return mapId;
    }

    /** Begins to count, then to contend. */
    void start(String maps) throws IOException, InterruptedException {
        String script = "tracepoint:lock:contention_end /args->lock_addr == " + lockOf(maps) + "/ { @ends = count(); }"
                + " BEGIN { @ends = count(); clear(@ends); }"
                + " interval:ms:100 { printf(\"attached\\n\"); }";
        bpftrace = new ProcessBuilder("bpftrace", "-e", script)
                .redirectOutput(folder.resolve("bpftrace.out").toFile())
                .redirectError(folder.resolve("bpftrace.err").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!Files.readString(folder.resolve("bpftrace.out")).contains("attached\n")) {
            if (!bpftrace.isAlive() || System.nanoTime() > deadline) {
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

    /** The lock in the first value, from {@code karst:maps --json}. */
    private String lockOf(String maps) {
        for (JsonElement map : JsonParser.parseString(maps).getAsJsonArray()) {
            if (map.getAsJsonObject().get("id").getAsInt() != mapId) {
                continue;
            }
            for (JsonElement each : map.getAsJsonObject().getAsJsonArray("ranges")) {
                JsonObject range = each.getAsJsonObject();
                if (range.get("kind").getAsString().equals("VALUE_SPIN_LOCK")) {
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
                run(
                        "bpftool",
                        "prog",
                        "run",
                        "pinned",
                        PINS.resolve("programs/load_spin_lock").toString(),
                        "data_in",
                        folder.resolve("packet").toString(),
                        "repeat",
                        "400");
            }
        } catch (IOException e) {
            failure.set(e.toString());
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
        if (!failure.get().isEmpty()) {
            throw new AssertionError(failure.get());
        }
        run("kill", "-INT", Long.toString(bpftrace.pid()));
        if (!bpftrace.waitFor(1, TimeUnit.MINUTES)) {
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

    /** Waits on the map's spin locks as Karst counted them, and all that it lost, from {@code karst:locks --json}. */
    long[] counted(String locks) {
        JsonObject snapshot = JsonParser.parseString(locks).getAsJsonObject();
        long count = 0;
        for (JsonElement row : snapshot.getAsJsonArray("locks")) {
            JsonObject lock = row.getAsJsonObject();
            if (lock.get("mapId").getAsInt() == mapId
                    && lock.get("kind").getAsString().equals("VALUE_SPIN_LOCK")) {
                count += lock.get("count").getAsLong();
            }
        }
        long lost = snapshot.getAsJsonObject("lost").entrySet().stream()
                .mapToLong(reason -> reason.getValue().getAsLong())
                .sum();
        return new long[] {count, lost};
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
