// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.locks.LockTotals;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * State that a tracer saves beside its slots; one value, always written and read as a whole.
 *
 * @param totals counts of ranges that are gone
 * @param clearing slots whose counts are in {@code totals} already; clear them before adding slots up
 * @param beginMisses skipped runs of begin programs that were replaced, by program id
 * @param endMisses the same for end programs
 * @param visibility what the self-test found; empty if there was none
 * @param merged number of the last pinned generation whose counts are in {@code totals}; 0 if there was none
 */
public record SavedTotals(
        LockTotals totals,
        Set<Integer> clearing,
        Map<Integer, Long> beginMisses,
        Map<Integer, Long> endMisses,
        List<LockVisibility> visibility,
        long merged) {

    /** Copies the collections, but not {@code totals}, which must not be changed any more. */
    public SavedTotals {
        clearing = Set.copyOf(clearing);
        beginMisses = Map.copyOf(beginMisses);
        endMisses = Map.copyOf(endMisses);
        visibility = List.copyOf(visibility);
    }

    /** Nothing. */
    public static SavedTotals nothing() {
        return new SavedTotals(new LockTotals(), Set.of(), Map.of(), Map.of(), List.of(), 0);
    }

    /** With new totals that include the counts of these slots. */
    public SavedTotals with(LockTotals changed, Set<Integer> slots) {
        return new SavedTotals(changed, slots, beginMisses, endMisses, visibility, merged);
    }

    /** With a new self-test result. */
    public SavedTotals with(List<LockVisibility> found) {
        return new SavedTotals(totals, Set.of(), beginMisses, endMisses, found, merged);
    }

    /** With everything that an earlier generation counted, and its self-test result. */
    public SavedTotals merging(long number, SavedTotals earlier, LockTotals all) {
        LockTotals sum = new LockTotals();
        sum.add(all);
        sum.add(totals);
        SavedTotals both = new SavedTotals(
                sum, Set.of(), beginMisses, endMisses, visibility.isEmpty() ? earlier.visibility : visibility, number);
        return both.withMisses(earlier.beginMisses, earlier.endMisses);
    }

    /**
     * With the skipped runs of replaced programs. A program that is added twice counts once.
     *
     * @param begins skipped runs of begin programs, by program id
     * @param ends skipped runs of end programs, by program id
     */
    public SavedTotals withMisses(Map<Integer, Long> begins, Map<Integer, Long> ends) {
        return new SavedTotals(totals, Set.of(), put(beginMisses, begins), put(endMisses, ends), visibility, merged);
    }

    private static Map<Integer, Long> put(Map<Integer, Long> misses, Map<Integer, Long> more) {
        Map<Integer, Long> changed = new LinkedHashMap<>(misses);
        more.forEach((program, skipped) -> {
            if (skipped > 0) {
                changed.merge(program, skipped, Math::max);
            }
        });
        return changed;
    }

    /**
     * Encodes this value. Numbers are variable-length (seven bits per byte), and only non-zero histogram buckets are
     * written. Inverse: {@link #decode}.
     */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            writeCounters(out, totals.perKind());
            writeCounters(out, totals.perLock());
            write(out, clearing.size());
            for (int slot : clearing) {
                write(out, slot);
            }
            writeMisses(out, beginMisses);
            writeMisses(out, endMisses);
            write(out, visibility.size());
            for (LockVisibility found : visibility) {
                out.writeUTF(found.family().name());
                out.writeUTF(found.visibility().name());
                out.writeUTF(found.reason());
            }
            write(out, merged);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a byte array does not fail, and no reason is 64 KiB long
        }
        return bytes.toByteArray();
    }

    private static void writeCounters(DataOutputStream out, List<LockWaits> all) throws IOException {
        write(out, all.size());
        for (LockWaits entry : all) {
            WaitCounters counters = entry.counters();
            write(out, entry.mapId());
            out.writeLong(entry.key().address());
            write(out, entry.kind().orElseThrow().code());
            write(out, entry.index().orElse(-1) + 1);
            write(out, counters.totalNanos());
            write(out, counters.maxNanos());
            write(out, counters.deadlocks());
            write(out, counters.timeouts());
            write(out, counters.untimed());
            write(out, Double.doubleToLongBits(counters.variance()));
            long[] histogram = counters.histogram();
            for (int bucket = 0; bucket < histogram.length; bucket++) {
                if (histogram[bucket] != 0) {
                    write(out, bucket + 1);
                    write(out, histogram[bucket]);
                }
            }
            write(out, 0);
        }
    }

    private static void writeMisses(DataOutputStream out, Map<Integer, Long> misses) throws IOException {
        write(out, misses.size());
        for (Map.Entry<Integer, Long> entry : misses.entrySet()) {
            write(out, entry.getKey());
            write(out, entry.getValue());
        }
    }

    private static void write(DataOutputStream out, long number) throws IOException {
        long left = number;
        while ((left & ~0x7fL) != 0) {
            out.writeByte((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    /** Decodes the result of {@link #encode}. */
    public static SavedTotals decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            LockTotals totals = new LockTotals();
            readCounters(in, totals);
            readCounters(in, totals);
            Set<Integer> clearing = new LinkedHashSet<>();
            for (long left = read(in); left > 0; left--) {
                clearing.add((int) read(in));
            }
            Map<Integer, Long> beginMisses = readMisses(in);
            Map<Integer, Long> endMisses = readMisses(in);
            List<LockVisibility> visibility = new ArrayList<>();
            for (long left = read(in); left > 0; left--) {
                visibility.add(new LockVisibility(
                        LockFamily.valueOf(in.readUTF()), Visibility.valueOf(in.readUTF()), in.readUTF()));
            }
            return new SavedTotals(totals, clearing, beginMisses, endMisses, visibility, read(in));
        } catch (IOException e) {
            throw new IllegalArgumentException(bytes.length + " bytes hold no counts: " + e, e);
        }
    }

    private static void readCounters(DataInputStream in, LockTotals into) throws IOException {
        for (long left = read(in); left > 0; left--) {
            int mapId = (int) read(in);
            long address = in.readLong();
            LockKind kind = LockKind.ofCode((int) read(in));
            long index = read(in) - 1;
            into.add(LockWaits.of(
                    new MapKey(mapId, address),
                    kind,
                    index < 0 ? OptionalLong.empty() : OptionalLong.of(index),
                    readOne(in)));
        }
    }

    private static WaitCounters readOne(DataInputStream in) throws IOException {
        long total = read(in);
        long max = read(in);
        long deadlocks = read(in);
        long timeouts = read(in);
        long untimed = read(in);
        double variance = Double.longBitsToDouble(read(in));
        long[] histogram = new long[WaitCounters.BUCKETS];
        for (long bucket = read(in); bucket != 0; bucket = read(in)) {
            if (bucket < 0 || bucket > histogram.length) {
                throw new IllegalArgumentException("bucket " + bucket + " is outside 1.." + histogram.length);
            }
            histogram[(int) bucket - 1] = read(in);
        }
        return new WaitCounters(total, max, deadlocks, timeouts, untimed, variance, histogram);
    }

    private static Map<Integer, Long> readMisses(DataInputStream in) throws IOException {
        Map<Integer, Long> misses = new LinkedHashMap<>();
        for (long left = read(in); left > 0; left--) {
            misses.put((int) read(in), read(in));
        }
        return misses;
    }

    private static long read(DataInputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.readByte();
            number |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number is longer than 64 bits");
    }
}
