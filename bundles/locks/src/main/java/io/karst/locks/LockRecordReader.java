// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.resource.LockRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Parses the byte stream of {@code lock_ranges.bpf.c}: pass it to {@code BpfProgram.iterate}, then call {@link
 * #endPass}; while that returns true, iterate again with the next window; then call {@link #finish}. For one scan; not
 * thread-safe.
 */
public final class LockRecordReader implements Consumer<ByteBuffer> {

    /** Default limit of records: 224 MiB of stream, hundreds of thousands of maps. */
    public static final int DEFAULT_MAX_RECORDS = 4 << 20;

    private final int maxRecords;
    private final Map<LockRecord.OfMap, Found> maps = new LinkedHashMap<>();
    private Optional<LockRecord.OfMap> current = Optional.empty();
    private boolean more;
    private int records;
    private int unread;

    /** One map so far. Every pass repeats records of a map, so each is kept once. */
    private static final class Found {
        private Optional<MapInfo> description = Optional.empty();
        private final Set<LockRange> ranges = new LinkedHashSet<>();
        private final Set<BlindReason> blindSpots = new LinkedHashSet<>();

        MapLocks locks(LockRecord.OfMap map) {
            return new MapLocks(map.key(), map.mapType(), description, List.copyOf(ranges), List.copyOf(blindSpots));
        }
    }

    /** Accepts {@value #DEFAULT_MAX_RECORDS} records. */
    public LockRecordReader() {
        this(DEFAULT_MAX_RECORDS);
    }

    /** Accepts a number of records, at least 1. */
    public LockRecordReader(int maxRecords) {
        if (maxRecords < 1) {
            throw new IllegalArgumentException("maxRecords=" + maxRecords + " is below 1");
        }
        this.maxRecords = maxRecords;
    }

    /**
     * Reads all complete records; an incomplete last one stays in the buffer.
     *
     * @param buffer next bytes of the stream, in the machine's byte order
     * @throws IllegalArgumentException if a record does not have the layout of {@code lock_ranges.h}, or there are too
     * many; the message names the record
     */
    @Override
    public void accept(ByteBuffer buffer) {
        while (buffer.remaining() >= LockRecordLayout.BYTES) {
            if (records == maxRecords) {
                throw new IllegalArgumentException("lock record " + records + ": more than " + maxRecords + " records");
            }
            take(next(buffer));
            records++;
        }
        unread = buffer.remaining();
    }

    /**
     * Ends one pass of the iterator.
     *
     * @return whether a map has more ranges: add {@value LockRecordLayout#PASS_RECORDS} to the window and iterate again
     * @throws IllegalArgumentException if the stream ended in the middle of a record
     */
    public boolean endPass() {
        if (unread != 0) {
            throw new IllegalArgumentException(
                    "lock record " + records + " ends after " + unread + " of " + LockRecordLayout.BYTES + " bytes");
        }
        boolean again = more;
        more = false;
        current = Optional.empty();
        return again;
    }

    /**
     * Returns the maps of all passes.
     *
     * @throws IllegalArgumentException if the stream ended in the middle of a record
     */
    public List<MapLocks> finish() {
        endPass();
        List<MapLocks> all = new ArrayList<>(maps.size());
        maps.forEach((map, found) -> all.add(found.locks(map)));
        return all;
    }

    private LockRecord next(ByteBuffer buffer) {
        try {
            return LockRecordLayout.read(buffer);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("lock record " + records + ": " + e.getMessage(), e);
        }
    }

    private void take(LockRecord entry) {
        if (entry instanceof LockRecord.OfMap map) {
            current = Optional.of(map);
            maps.computeIfAbsent(map, key -> new Found());
            return;
        }
        Found found = maps.get(mapOf(entry));
        if (found == null) {
            throw new IllegalStateException("map " + entry.key().id() + " is not there");
        }
        if (entry instanceof LockRecord.OfRange range) {
            found.ranges.add(range.range());
        } else if (entry instanceof LockRecord.OfBlindSpot spot) {
            found.blindSpots.add(spot.reason());
        } else if (entry instanceof LockRecord.OfDescription description) {
            found.description = Optional.of(description.info());
        } else {
            more = true;
        }
    }

    private LockRecord.OfMap mapOf(LockRecord entry) {
        return current.filter(map -> map.key().equals(entry.key()))
                .orElseThrow(() -> new IllegalArgumentException("lock record " + records + " is about map "
                        + entry.key().id() + " but follows "
                        + current.map(map -> "map " + map.key().id()).orElse("no map")));
    }
}
