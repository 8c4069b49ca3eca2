// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionSnapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Makes steps of readings that count since tracing began.
 *
 * <p>Memory is bounded by 2760 steps of at most {@value ContentionHistory#MAX_ROWS} rows and one more, with
 * {@value ContentionHistory#MAX_SINGLE_LOCKS} single locks of {@value ContentionHistory#MAX_DETAILED_ROWS} of them: 25 MB if all rows
 * wait in every second with all lengths, and 10 MB for the single locks; about 1 MB for three hot locks. Thread-safe.
 */
final class Readings implements ContentionHistory {
    /** Largest file that is read. */
    static final int MAX_BYTES = 64 << 20;

    private static final int MAGIC = 0x4b415248; // KARH
    private static final int VERSION = 2; // 2: with single locks

    /** Two clocks may differ by this, because a reading may be a second old. */
    private static final Duration TOLERANCE = Duration.ofSeconds(3);

    private final List<Level> levels = List.of(
            new Level(Duration.ofMillis(1), Duration.ofMinutes(10), 600), // each reading
            new Level(Duration.ofSeconds(10), Duration.ofHours(2), 720),
            new Level(Duration.ofMinutes(1), Duration.ofHours(24), 1440));
    private @Nullable ContentionSnapshot last;
    private long lastNanos;

    /**
     * Adds a reading.
     *
     * @param reading contention since tracing began; one that is known already changes nothing
     * @param nanoTime monotonic time at which it was taken
     */
    synchronized void add(ContentionSnapshot reading, long nanoTime) {
        ContentionSnapshot before = last;
        if (before != null && before.to().equals(reading.to())) {
            return;
        }
        Instant from = before == null ? reading.to() : start(before.to(), reading.to(), nanoTime - lastNanos);
        Instant newest = levels.get(0).end();
        if (from.isBefore(newest)) { // the clock was set back
            Duration back = Duration.between(newest, from);
            levels.forEach(level -> level.move(back.toMillis()));
        }
        if (before != null && reading.from().equals(before.from())) {
            append(Step.bounded(at(from, reading.since(before))));
        } else if (before != null && !reading.from().isBefore(before.to())) {
            append(Step.bounded(at(reading.from(), reading))); // the tracer has begun to count anew
        }
        last = reading;
        lastNanos = nanoTime;
    }

    /**
     * When the time began that a reading adds. Usually at the reading before. If the clock was set meanwhile, as long before its end
     * as the monotonic clock says.
     */
    private static Instant start(Instant before, Instant now, long elapsedNanos) {
        Duration off = Duration.between(before, now).minusNanos(elapsedNanos).abs();
        return off.compareTo(TOLERANCE) > 0 ? now.minusNanos(Math.max(0, elapsedNanos)) : before;
    }

    private void append(ContentionSnapshot delta) {
        if (delta.from().toEpochMilli() < delta.to().toEpochMilli()) {
            levels.forEach(level -> level.add(delta));
        }
    }

    private static ContentionSnapshot at(Instant from, ContentionSnapshot delta) {
        return new ContentionSnapshot(from, delta.to(), delta.perKind(), delta.perLock(), delta.lost(), List.of());
    }

    @Override
    public synchronized List<ContentionSnapshot> between(Instant from, Instant to) {
        return steps(from, to).map(Step::snapshot).toList();
    }

    @Override
    public synchronized List<SingleLocks> singleLocks(int mapId, Instant from, Instant to) {
        return steps(from, to).map(step -> step.singleLocks(mapId)).toList();
    }

    private Stream<Step> steps(Instant from, Instant to) {
        long begin = millis(from);
        long end = millis(to);
        Level level = levels.stream()
                .filter(each -> each.reachesBackTo(begin))
                .findFirst()
                .orElse(levels.get(levels.size() - 1));
        return level.steps().stream().filter(step -> step.toMillis() > begin && step.fromMillis() < end);
    }

    /** Times beyond what a long has in milliseconds are as good as its ends. */
    private static long millis(Instant time) {
        try {
            return time.toEpochMilli();
        } catch (ArithmeticException e) {
            return time.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    @Override
    public synchronized Optional<Instant> oldest() {
        return levels.stream()
                .flatMap(level -> level.steps().stream().limit(1))
                .map(step -> Instant.ofEpochMilli(step.fromMillis()))
                .min(Instant::compareTo);
    }

    /** All steps as the content of a file. */
    synchronized byte[] content() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            for (Level level : levels) {
                List<Step> steps = level.steps();
                int first = Math.max(0, steps.size() - level.mostSteps());
                out.writeLong(first > 0 ? steps.get(first - 1).toMillis() : level.forgottenUntil());
                out.writeInt(steps.size() - first);
                for (Step step : steps.subList(first, steps.size())) {
                    out.writeLong(step.fromMillis());
                    out.writeLong(step.toMillis());
                    out.writeInt(step.packed().length);
                    out.write(step.packed());
                }
            }
            out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a file's content.
     *
     * @throws IOException if it is damaged, or of another version; the message says what is wrong
     */
    static Readings of(byte[] content) throws IOException {
        Readings readings = new Readings();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
            if (content.length < 16 || in.readInt() != MAGIC) {
                throw new IOException("it is no history of Karst");
            }
            int version = in.readInt();
            if (version != VERSION) {
                throw new IOException("it is of version " + version + ", not " + VERSION);
            }
            int end = content.length - Long.BYTES;
            if (ByteBuffer.wrap(content).getLong(end) != checksum(content, end)) {
                throw new IOException("its checksum is wrong");
            }
            for (Level level : readings.levels) {
                read(in, level);
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        return readings;
    }

    private static void read(DataInputStream in, Level level) throws IOException {
        level.forgetUntil(in.readLong());
        int count = in.readInt();
        if (count < 0 || count > level.mostSteps()) {
            throw new IOException(count + " steps are more than " + level.mostSteps());
        }
        long end = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            long from = in.readLong();
            long to = in.readLong();
            int length = in.readInt();
            if (from < end || length < 0 || length > in.available()) {
                throw new IOException("step " + i + " is damaged");
            }
            Step step = new Step(from, to, in.readNBytes(length));
            Step.of(step.snapshot());
            step.singleLocks(0);
            level.keep(step);
            end = to;
        }
    }

    private static long checksum(byte[] content, int length) {
        CRC32 crc = new CRC32();
        crc.update(content, 0, length);
        return crc.getValue();
    }
}
