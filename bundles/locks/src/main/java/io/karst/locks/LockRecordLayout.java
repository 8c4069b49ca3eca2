// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.component.KernelText;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.nio.ByteBuffer;

/**
 * Layout of {@code struct karst_lock_record} and {@code struct karst_map_description}, which share a stream, in {@code
 * bpf/include/lock_ranges.h}. Offsets and sizes are in bytes.
 */
public final class LockRecordLayout {

    /** Size of a record. */
    public static final int BYTES = 56;

    /** {@code record_type}. */
    public static final int RECORD_TYPE = 0;

    /** {@code map_id}. */
    public static final int MAP_ID = 4;

    /** {@code map_address}. */
    public static final int MAP_ADDRESS = 8;

    /** {@code base}. */
    public static final int BASE = 16;

    /** {@code stride}. */
    public static final int STRIDE = 24;

    /** {@code count}. */
    public static final int COUNT = 32;

    /** {@code kind}. */
    public static final int KIND = 40;

    /** {@code lock_offset}. */
    public static final int LOCK_OFFSET = 44;

    /** {@code first_index}. */
    public static final int FIRST_INDEX = 48;

    /** {@code padding}. */
    public static final int PADDING = 52;

    /** {@code memory} of a description. */
    public static final int DESCRIPTION_MEMORY = 16;

    /** {@code key_size} of a description. */
    public static final int DESCRIPTION_KEY_SIZE = 24;

    /** {@code value_size} of a description. */
    public static final int DESCRIPTION_VALUE_SIZE = 28;

    /** {@code max_entries} of a description. */
    public static final int DESCRIPTION_MAX_ENTRIES = 32;

    /** {@code map_flags} of a description. */
    public static final int DESCRIPTION_MAP_FLAGS = 36;

    /** {@code name} of a description; the last field. */
    public static final int DESCRIPTION_NAME = 40;

    /** Value of {@code record_type} for a map. */
    public static final int TYPE_MAP = 1;

    /** Value of {@code record_type} for a lock range. */
    public static final int TYPE_RANGE = 2;

    /** Value of {@code record_type} for locks without a range. */
    public static final int TYPE_BLIND = 3;

    /** Value of {@code record_type} for a map with more ranges than one pass yields. */
    public static final int TYPE_MORE = 4;

    /** Value of {@code record_type} for the description of a map. */
    public static final int TYPE_DESCRIPTION = 5;

    /** {@code KARST_PASS_RECORDS}: most ranges of one map in one pass. */
    public static final int PASS_RECORDS = 512;

    /** {@code BPF_MAP_TYPE_PROG_ARRAY} of uapi {@code linux/bpf.h}: the only type with descriptions. */
    private static final int PROGRAM_ARRAY = 3;

    private LockRecordLayout() {}

    /**
     * Reads the record at the buffer's position and moves past it.
     *
     * @param buffer in the machine's byte order, at least {@value #BYTES} bytes remaining
     * @throws IllegalArgumentException if a field has a value that no kernel program of this layout writes
     */
    static LockRecord read(ByteBuffer buffer) {
        int at = buffer.position();
        buffer.position(at + BYTES);
        int type = buffer.getInt(at + RECORD_TYPE);
        MapKey key = new MapKey(buffer.getInt(at + MAP_ID), buffer.getLong(at + MAP_ADDRESS));
        int kind = buffer.getInt(at + KIND);
        return switch (type) {
            case TYPE_MAP -> new LockRecord.OfMap(key, kind);
            case TYPE_RANGE -> new LockRecord.OfRange(range(buffer, at, key));
            case TYPE_BLIND -> new LockRecord.OfBlindSpot(key, BlindReason.ofCode(kind));
            case TYPE_MORE -> new LockRecord.OfMore(key);
            case TYPE_DESCRIPTION -> new LockRecord.OfDescription(key, description(buffer, at));
            default -> throw new IllegalArgumentException("record type " + type + " is outside 1..5");
        };
    }

    private static MapInfo description(ByteBuffer buffer, int at) {
        return new MapInfo(
                buffer.getInt(at + MAP_ID),
                PROGRAM_ARRAY,
                "prog_array",
                KernelText.read(buffer, at + DESCRIPTION_NAME, BYTES - DESCRIPTION_NAME),
                buffer.getInt(at + DESCRIPTION_KEY_SIZE),
                buffer.getInt(at + DESCRIPTION_VALUE_SIZE),
                Integer.toUnsignedLong(buffer.getInt(at + DESCRIPTION_MAX_ENTRIES)),
                Integer.toUnsignedLong(buffer.getInt(at + DESCRIPTION_MAP_FLAGS)),
                buffer.getLong(at + DESCRIPTION_MEMORY));
    }

    private static LockRange range(ByteBuffer buffer, int at, MapKey key) {
        return new LockRange(
                key,
                LockKind.ofCode(buffer.getInt(at + KIND)),
                buffer.getLong(at + BASE),
                buffer.getLong(at + STRIDE),
                buffer.getLong(at + COUNT),
                Integer.toUnsignedLong(buffer.getInt(at + LOCK_OFFSET)),
                buffer.getInt(at + FIRST_INDEX));
    }
}
