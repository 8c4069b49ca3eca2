// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.resource.LockRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Puts the byte stream of {@code lock_ranges.bpf.c} together: give it to {@code BpfProgram.iterate}, then call
 * {@link #finish}. For one stream and one thread.
 */
public final class LockRecordReader implements Consumer<ByteBuffer> {

    /** Records accepted unless told otherwise: 224 MiB of stream, hundreds of thousands of maps. */
    public static final int DEFAULT_MAX_RECORDS = 4 << 20;

    private final int maxRecords;
    private final List<MapLocks> maps = new ArrayList<>();
    private Optional<LockRecord.OfMap> current = Optional.empty();
    private final List<LockRange> ranges = new ArrayList<>();
    private final List<BlindReason> blindSpots = new ArrayList<>();
    private int records;
    private int unread;

    /** Accepts {@value #DEFAULT_MAX_RECORDS} records. */
    public LockRecordReader() {
        this(DEFAULT_MAX_RECORDS);
    }

    /**
     * Accepts a number of records.
     *
     * @param maxRecords most records, at least 1
     */
    public LockRecordReader(int maxRecords) {
        if (maxRecords < 1) {
            throw new IllegalArgumentException("maxRecords=" + maxRecords + " is below 1");
        }
        this.maxRecords = maxRecords;
    }

    /**
     * Takes all whole records; what is left of the last one stays in the buffer.
     *
     * @param buffer next bytes of the stream, in the machine's byte order
     * @throws IllegalArgumentException if a record is not as {@code lock_ranges.h} says, or there are too many; names the
     *     record
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
     * Ends the stream.
     *
     * @return all maps in the order they came
     * @throws IllegalArgumentException if the stream ended in the middle of a record
     */
    public List<MapLocks> finish() {
        if (unread != 0) {
            throw new IllegalArgumentException(
                    "lock record " + records + " ends after " + unread + " of " + LockRecordLayout.BYTES + " bytes");
        }
        closeMap();
        return List.copyOf(maps);
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
            closeMap();
            current = Optional.of(map);
            return;
        }
        boolean belongs = current.isPresent()
                && current.get().mapId() == entry.mapId()
                && current.get().mapAddress() == entry.mapAddress();
        if (!belongs) {
            throw new IllegalArgumentException("lock record " + records + " is about map " + entry.mapId()
                    + " but follows " + current.map(map -> "map " + map.mapId()).orElse("no map"));
        }
        if (entry instanceof LockRecord.OfRange range) {
            ranges.add(range.range());
        } else if (entry instanceof LockRecord.OfBlindSpot spot) {
            blindSpots.add(spot.reason());
        }
    }

    private void closeMap() {
        current.ifPresent(
                map -> maps.add(new MapLocks(map.mapId(), map.mapAddress(), map.mapType(), ranges, blindSpots)));
        current = Optional.empty();
        ranges.clear();
        blindSpots.clear();
    }
}
