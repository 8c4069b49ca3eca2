// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.MappedMemory;
import java.time.Instant;
import java.util.Optional;

/**
 * Header of a pinned generation, map {@code state}: what a reader needs before it can read anything else. Written once,
 * before the generation counts. The first two numbers have the same offsets in every layout.
 *
 * @param layout {@code KARST_LAYOUT_VERSION} of its programs
 * @param cpus CPUs the kernel can ever have
 * @param ownRows number of CPUs with a row of counters of their own
 * @param slots slots for ranges in each row
 * @param lines lines for single locks in each row
 * @param since when it began to count
 */
public record GenerationHeader(int layout, int cpus, int ownRows, int slots, int lines, Instant since) {

    /** Size of the map's only value. */
    public static final int BYTES = 64;

    private static final long MAGIC = 0x6b61_7273_7420_6b68L;

    private static final int MAGIC_WORD = 0;
    private static final int LAYOUT = 8;
    private static final int CPUS = 12;
    private static final int SLOTS = 16;
    private static final int LINES = 20;
    private static final int SINCE_SECONDS = 24;
    private static final int SINCE_NANOS = 32;
    private static final int OWN_ROWS = 40;

    /** Writes it into {@value #BYTES} bytes. */
    public void write(MappedMemory memory) {
        memory.putInt(LAYOUT, layout);
        memory.putInt(CPUS, cpus);
        memory.putInt(OWN_ROWS, ownRows);
        memory.putInt(SLOTS, slots);
        memory.putInt(LINES, lines);
        memory.putLong(SINCE_SECONDS, since.getEpochSecond());
        memory.putLong(SINCE_NANOS, since.getNano());
        memory.putLong(MAGIC_WORD, MAGIC);
    }

    /** Reads a header; empty if these bytes are not a header. */
    public static Optional<GenerationHeader> read(MappedMemory memory) {
        if (memory.size() < BYTES || memory.getLong(MAGIC_WORD) != MAGIC) {
            return Optional.empty();
        }
        long nanos = memory.getLong(SINCE_NANOS);
        long seconds = memory.getLong(SINCE_SECONDS);
        if (nanos < 0
                || nanos > 999_999_999
                || seconds < Instant.MIN.getEpochSecond()
                || seconds > Instant.MAX.getEpochSecond()) {
            return Optional.empty();
        }
        return Optional.of(new GenerationHeader(
                memory.getInt(LAYOUT),
                memory.getInt(CPUS),
                memory.getInt(OWN_ROWS),
                memory.getInt(SLOTS),
                memory.getInt(LINES),
                Instant.ofEpochSecond(seconds, nanos)));
    }
}
