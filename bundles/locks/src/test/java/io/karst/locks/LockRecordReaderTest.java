// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.karst.bpf.MapInfo;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockRecordReaderTest {
    private static final long ADDRESS = 0xffff_8881_0000_0000L;
    private static final long BASE = 0xffff_c900_0000_0000L;
    private static final int HASH = 1;

    @Test
    void putsRecordsTogetherByMap() {
        ByteBuffer stream = stream(
                map(7, ADDRESS, HASH),
                range(7, ADDRESS, LockKind.HASH_BUCKET.code(), 16, 1024),
                range(7, ADDRESS, LockKind.FREELIST.code(), 1, 1),
                blind(7, ADDRESS, 1),
                map(8, ADDRESS + 4096, 2));
        LockRecordReader reader = new LockRecordReader();
        reader.accept(stream);
        assertThat(reader.finish())
                .containsExactly(
                        new MapLocks(
                                new MapKey(7, ADDRESS),
                                HASH,
                                Optional.empty(),
                                List.of(
                                        new LockRange(
                                                new MapKey(7, ADDRESS), LockKind.HASH_BUCKET, BASE, 16, 1024, 8, 3),
                                        new LockRange(new MapKey(7, ADDRESS), LockKind.FREELIST, BASE, 1, 1, 8, 3)),
                                List.of(BlindReason.VALUE_LOCK_DYNAMIC)),
                        new MapLocks(new MapKey(8, ADDRESS + 4096), 2, Optional.empty(), List.of(), List.of()));
    }

    @Test
    void takesAStreamCutAnywhere() {
        ByteBuffer whole = stream(map(7, ADDRESS, HASH), range(7, ADDRESS, 1, 16, 2), map(9, ADDRESS + 64, HASH));
        for (int cut = 0; cut <= whole.limit(); cut++) {
            LockRecordReader reader = new LockRecordReader();
            ByteBuffer first = whole.duplicate().order(ByteOrder.nativeOrder()).limit(cut);
            reader.accept(first);
            // what was left unread comes again at the start of the next buffer
            reader.accept(whole.duplicate().order(ByteOrder.nativeOrder()).position(first.position()));
            assertThat(reader.finish()).hasSize(2);
        }
    }

    @Test
    void joinsThePassesOfMapsWithManyRanges() {
        LockRecordReader reader = new LockRecordReader();
        reader.accept(stream(
                map(7, ADDRESS, HASH),
                range(7, ADDRESS, 1, 16, 2),
                entry(LockRecordLayout.TYPE_MORE, 7, ADDRESS, 0),
                map(8, ADDRESS, HASH),
                range(8, ADDRESS, 30, 1, 1),
                blind(8, ADDRESS, 2)));
        assertThat(reader.endPass()).isTrue();
        reader.accept(
                stream(map(7, ADDRESS, HASH), range(7, ADDRESS, 2, 1, 1), map(8, ADDRESS, HASH), blind(8, ADDRESS, 2)));
        assertThat(reader.endPass()).isFalse();
        assertThat(reader.finish())
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first.ranges())
                                .extracting(LockRange::kind)
                                .containsExactly(LockKind.HASH_BUCKET, LockKind.FREELIST),
                        second -> {
                            assertThat(second.ranges()).hasSize(1);
                            assertThat(second.blindSpots()).containsExactly(BlindReason.PER_CPU);
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "jumps", "sixteen_letters_"})
    void describesAMapThatMustNotBeOpened(String name) {
        LockRecordReader reader = new LockRecordReader();
        reader.accept(stream(
                map(7, ADDRESS, 3), description(7, name), range(7, ADDRESS, LockKind.PROG_ARRAY_POKE.code(), 1, 1)));
        reader.endPass();
        reader.accept(stream(map(7, ADDRESS, 3), description(7, name)));
        assertThat(reader.finish()).singleElement().satisfies(found -> {
            assertThat(found.description())
                    .contains(new MapInfo(7, 3, "prog_array", name, 4, 8, 0x8000_0000L, 0xffff_fff0L, 1L << 33));
            assertThat(found.ranges()).hasSize(1);
        });
    }

    @Test
    void refusesAStreamThatEndsInsideARecord() {
        LockRecordReader reader = new LockRecordReader();
        reader.accept(stream(map(7, ADDRESS, HASH)).limit(50));
        assertThatIllegalArgumentException()
                .isThrownBy(reader::finish)
                .withMessage("lock record 0 ends after 50 of 56 bytes");
    }

    @Test
    void refusesMoreRecordsThanItsLimit() {
        LockRecordReader reader = new LockRecordReader(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reader.accept(stream(map(7, ADDRESS, HASH), map(8, ADDRESS, HASH))))
                .withMessage("lock record 1: more than 1 records");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String fault, byte[] entry, String message) {
        LockRecordReader reader = new LockRecordReader();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reader.accept(stream(map(7, ADDRESS, HASH), entry)))
                .withMessageContaining("lock record 1")
                .withMessageContaining(message);
    }

    static Stream<Arguments> refuses() {
        return Stream.of(
                Arguments.of("unknown record type", entry(6, 7, ADDRESS, 0), "record type 6 is outside 1..5"),
                Arguments.of("record type 0, as in cleared memory", new byte[56], "record type 0 is outside"),
                Arguments.of("unknown lock kind", range(7, ADDRESS, 31, 1, 1), "lock kind 31 is outside 1..30"),
                Arguments.of("unknown blind reason", blind(7, ADDRESS, 9), "blind reason 9 is outside 1..3"),
                Arguments.of("no lock in a range", range(7, ADDRESS, 1, 1, 0), "count=0"),
                Arguments.of("no distance between locks", range(7, ADDRESS, 1, 0, 2), "stride=0"),
                Arguments.of("count past 32 bits", range(7, ADDRESS, 1, 1, 1L << 32), "count=4294967296"),
                Arguments.of("range of another map", range(8, ADDRESS, 1, 1, 1), "map 8 but follows map 7"),
                Arguments.of("same id at another address", range(7, ADDRESS + 8, 1, 1, 1), "follows map 7"));
    }

    @Test
    void refusesARangeBeforeAnyMap() {
        LockRecordReader reader = new LockRecordReader();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reader.accept(stream(blind(7, ADDRESS, 1))))
                .withMessage("lock record 0 is about map 7 but follows no map");
    }

    private static ByteBuffer stream(byte[]... entries) {
        ByteBuffer buffer =
                ByteBuffer.allocate(entries.length * LockRecordLayout.BYTES).order(ByteOrder.nativeOrder());
        for (byte[] entry : entries) {
            buffer.put(entry);
        }
        return buffer.flip();
    }

    private static byte[] map(int id, long address, int type) {
        return entry(LockRecordLayout.TYPE_MAP, id, address, type);
    }

    private static byte[] blind(int id, long address, int reason) {
        return entry(LockRecordLayout.TYPE_BLIND, id, address, reason);
    }

    private static byte[] description(int id, String name) {
        return ByteBuffer.wrap(entry(LockRecordLayout.TYPE_DESCRIPTION, id, ADDRESS, 0))
                .order(ByteOrder.nativeOrder())
                .putLong(LockRecordLayout.DESCRIPTION_MEMORY, 1L << 33)
                .putInt(LockRecordLayout.DESCRIPTION_KEY_SIZE, 4)
                .putInt(LockRecordLayout.DESCRIPTION_VALUE_SIZE, 8)
                .putInt(LockRecordLayout.DESCRIPTION_MAX_ENTRIES, 0x8000_0000)
                .putInt(LockRecordLayout.DESCRIPTION_MAP_FLAGS, 0xffff_fff0)
                .position(LockRecordLayout.DESCRIPTION_NAME)
                .put(name.getBytes(StandardCharsets.UTF_8))
                .array();
    }

    private static byte[] entry(int type, int id, long address, int kind) {
        return ByteBuffer.allocate(LockRecordLayout.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(LockRecordLayout.RECORD_TYPE, type)
                .putInt(LockRecordLayout.MAP_ID, id)
                .putLong(LockRecordLayout.MAP_ADDRESS, address)
                .putInt(LockRecordLayout.KIND, kind)
                .array();
    }

    private static byte[] range(int id, long address, int kind, long stride, long count) {
        return ByteBuffer.wrap(entry(LockRecordLayout.TYPE_RANGE, id, address, kind))
                .order(ByteOrder.nativeOrder())
                .putLong(LockRecordLayout.BASE, BASE)
                .putLong(LockRecordLayout.STRIDE, stride)
                .putLong(LockRecordLayout.COUNT, count)
                .putInt(LockRecordLayout.LOCK_OFFSET, 8)
                .putInt(LockRecordLayout.FIRST_INDEX, 3)
                .array();
    }
}
