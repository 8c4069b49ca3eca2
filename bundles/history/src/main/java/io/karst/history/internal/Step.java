// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionHistory.SingleLock;
import io.karst.contention.ContentionHistory.SingleLocks;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LostReason;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Waits in one step, packed: numbers take as many bytes as they need, and only buckets with waits are kept, so that a day takes a
 * megabyte per hot lock at most.
 *
 * @param fromMillis start, ms since 1970
 * @param toMillis end, later than the start
 * @param packed what {@link #of} wrote; nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // not given out of this package
record Step(long fromMillis, long toMillis, byte[] packed) {
    private static final Comparator<LockWaits> LONGEST_FIRST = Comparator.comparingLong(
                    (LockWaits row) -> row.counters().totalNanos())
            .reversed();

    private static final String DAMAGED = "step is damaged";

    /** In place of the code of a lock kind. */
    private static final int NO_KIND = 0;

    Step {
        if (fromMillis >= toMillis) {
            throw new IllegalArgumentException("step from " + fromMillis + " to " + toMillis + " ms has no length");
        }
    }

    /** An open step keeps as many times more single locks than a packed one, since others may become the longest waited. */
    private static final int OPEN_STEP = 4;

    /** Packs what {@link #bounded} made; owners and blind spots are left out, and of single locks all but numbers and sums. */
    static Step of(ContentionSnapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            number(out, snapshot.lost().size());
            for (Map.Entry<LostReason, Long> lost : snapshot.lost().entrySet()) {
                out.writeUTF(lost.getKey().name());
                number(out, lost.getValue());
            }
            number(out, snapshot.perKind().size());
            for (LockWaits row : snapshot.perKind()) {
                row(out, row);
            }
            singleLocks(out, snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Step(snapshot.from().toEpochMilli(), snapshot.to().toEpochMilli(), bytes.toByteArray());
    }

    private static void row(DataOutputStream out, LockWaits row) throws IOException {
        number(out, row.mapId());
        out.writeLong(row.key().address());
        out.writeByte(row.kind().map(LockKind::code).orElse(NO_KIND));
        out.writeUTF(row.map());
        out.writeUTF(row.type());
        WaitCounters counters = row.counters();
        number(out, counters.totalNanos());
        number(out, counters.maxNanos());
        number(out, counters.deadlocks());
        number(out, counters.timeouts());
        number(out, counters.untimed());
        out.writeDouble(counters.variance());
        long[] histogram = counters.histogram();
        for (int bucket = 0; bucket < histogram.length; bucket++) {
            if (histogram[bucket] > 0) {
                out.writeByte(bucket);
                number(out, histogram[bucket]);
            }
        }
        out.writeByte(histogram.length);
    }

    /** After the rows: for each detailed one its place among them, and its longest waited locks. */
    private static void singleLocks(DataOutputStream out, ContentionSnapshot snapshot) throws IOException {
        Map<Lock, List<LockWaits>> locks = snapshot.perLock().stream()
                .collect(Collectors.groupingBy(Lock::of, LinkedHashMap::new, Collectors.toList()));
        number(out, locks.size());
        for (Map.Entry<Lock, List<LockWaits>> entry : locks.entrySet()) {
            List<LockWaits> kept = entry.getValue().stream()
                    .limit(ContentionHistory.MAX_SINGLE_LOCKS)
                    .toList();
            number(out, snapshot.perKind().stream().map(Lock::of).toList().indexOf(entry.getKey()));
            number(out, kept.size());
            for (LockWaits lock : kept) {
                number(out, lock.index().orElseThrow());
                number(out, lock.counters().count());
                number(out, lock.counters().totalNanos());
            }
        }
    }

    /**
     * Unpacks all but the single locks.
     *
     * @throws IllegalArgumentException if it was not written by {@link #of}
     */
    ContentionSnapshot snapshot() {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packed))) {
            return snapshot(in);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(DAMAGED, e);
        }
    }

    private ContentionSnapshot snapshot(DataInputStream in) throws IOException {
        Map<LostReason, Long> lost = new EnumMap<>(LostReason.class);
        for (long left = number(in); left > 0; left--) {
            lost.put(LostReason.valueOf(in.readUTF()), number(in));
        }
        List<LockWaits> rows = new ArrayList<>();
        for (long left = number(in); left > 0; left--) {
            rows.add(row(in));
        }
        return new ContentionSnapshot(
                Instant.ofEpochMilli(fromMillis), Instant.ofEpochMilli(toMillis), rows, List.of(), lost, List.of());
    }

    /**
     * Unpacks the single locks of a map.
     *
     * @throws IllegalArgumentException if it was not written by {@link #of}
     */
    SingleLocks singleLocks(int mapId) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(packed))) {
            ContentionSnapshot snapshot = snapshot(in);
            List<SingleLock> locks = new ArrayList<>();
            for (long rows = number(in); rows > 0; rows--) {
                LockWaits row = snapshot.perKind().get((int) number(in));
                LockKind kind = row.kind().orElseThrow(() -> new IOException("the row of single locks has no kind"));
                for (long left = number(in); left > 0; left--) {
                    SingleLock lock = new SingleLock(kind, number(in), number(in), number(in));
                    if (row.mapId() == mapId) {
                        locks.add(lock);
                    }
                }
            }
            return new SingleLocks(snapshot.from(), snapshot.to(), locks);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(DAMAGED, e);
        }
    }

    private static LockWaits row(DataInputStream in) throws IOException {
        MapKey key = new MapKey((int) number(in), in.readLong());
        int kind = in.readUnsignedByte();
        String name = in.readUTF();
        String type = in.readUTF();
        long total = number(in);
        long max = number(in);
        long deadlocks = number(in);
        long timeouts = number(in);
        long untimed = number(in);
        double variance = in.readDouble();
        long[] histogram = new long[WaitCounters.BUCKETS];
        for (int bucket = in.readUnsignedByte(); bucket != histogram.length; bucket = in.readUnsignedByte()) {
            histogram[bucket] = number(in);
        }
        return new LockWaits(
                key,
                name,
                type,
                List.of(),
                kind == NO_KIND ? Optional.empty() : Optional.of(LockKind.ofCode(kind)),
                OptionalLong.empty(),
                new WaitCounters(total, max, deadlocks, timeouts, untimed, variance, histogram));
    }

    /** Seven bits in each byte, the lowest first; the highest bit says that more follow. */
    private static void number(DataOutputStream out, long value) throws IOException {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.writeByte((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    private static long number(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("a number has no end");
    }

    Step movedBy(long millis) {
        return new Step(fromMillis + millis, toMillis + millis, packed);
    }

    /**
     * Both periods as one. Rows of the same locks are added up, and only the longest waited keep a row of their own.
     *
     * @param later begins when {@code earlier} has ended, or later
     */
    static ContentionSnapshot sum(ContentionSnapshot earlier, ContentionSnapshot later) {
        List<LockWaits> rows = new ArrayList<>(earlier.perKind());
        rows.addAll(later.perKind());
        List<LockWaits> locks = new ArrayList<>(earlier.perLock());
        locks.addAll(later.perLock());
        Map<LostReason, Long> lost = new EnumMap<>(LostReason.class);
        earlier.lost().forEach((reason, events) -> lost.merge(reason, events, Long::sum));
        later.lost().forEach((reason, events) -> lost.merge(reason, events, Long::sum));
        return bounded(new ContentionSnapshot(earlier.from(), later.to(), rows, locks, lost, List.of()));
    }

    private record Lock(MapKey map, Optional<LockKind> kind) {
        static Lock of(LockWaits row) {
            return new Lock(row.key(), row.kind());
        }
    }

    /** Adds up the rows of the same locks, and all but the longest waited. */
    static ContentionSnapshot bounded(ContentionSnapshot snapshot) {
        Map<Lock, LockWaits> rows = new HashMap<>();
        for (LockWaits row : snapshot.perKind()) {
            rows.merge(Lock.of(row), row, Step::plus);
        }
        LockWaits others = rows.remove(new Lock(ContentionHistory.OTHERS, Optional.empty()));
        List<LockWaits> sorted = new ArrayList<>(rows.values());
        sorted.sort(LONGEST_FIRST);
        List<LockWaits> kept = new ArrayList<>(sorted.subList(0, Math.min(ContentionHistory.MAX_ROWS, sorted.size())));
        WaitCounters rest = others == null ? WaitCounters.NONE : others.counters();
        for (LockWaits row : sorted.subList(kept.size(), sorted.size())) {
            rest = rest.plus(row.counters());
        }
        List<LockWaits> locks = longestWaited(
                snapshot.perLock(), kept.subList(0, Math.min(ContentionHistory.MAX_DETAILED_ROWS, kept.size())));
        if (rest.count() > 0) {
            kept.add(ContentionHistory.others(rest));
        }
        return new ContentionSnapshot(snapshot.from(), snapshot.to(), kept, locks, snapshot.lost(), List.of());
    }

    /** The longest waited single locks of each row, those of the same lock added up. */
    private static List<LockWaits> longestWaited(List<LockWaits> all, List<LockWaits> rows) {
        Map<Lock, Map<OptionalLong, LockWaits>> locks = new LinkedHashMap<>();
        rows.forEach(row -> locks.put(Lock.of(row), new HashMap<>()));
        for (LockWaits lock : all) {
            Map<OptionalLong, LockWaits> ofRow = locks.get(Lock.of(lock));
            if (ofRow != null) {
                ofRow.merge(
                        lock.index(),
                        lock,
                        (one, other) -> one.with(one.counters().plus(other.counters())));
            }
        }
        return locks.values().stream()
                .flatMap(ofRow -> ofRow.values().stream()
                        .sorted(LONGEST_FIRST)
                        .limit((long) OPEN_STEP * ContentionHistory.MAX_SINGLE_LOCKS))
                .toList();
    }

    /** Two rows of the same locks; the later name of the map counts, as it may have been unknown before. */
    private static LockWaits plus(LockWaits earlier, LockWaits later) {
        boolean named = !later.map().isEmpty();
        return new LockWaits(
                later.key(),
                named ? later.map() : earlier.map(),
                named ? later.type() : earlier.type(),
                List.of(),
                later.kind(),
                OptionalLong.empty(),
                earlier.counters().plus(later.counters()));
    }
}
