// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.bpf.MapInfo;
import io.karst.resource.Inventory;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Makes ranges for tests. */
final class Ranges {
    static final long KERNEL = 0xffff_8880_0000_0000L;

    private Ranges() {}

    static LockRange single(int mapId, LockKind kind, long address, int firstIndex) {
        return new LockRange(new MapKey(mapId, mapAddress(mapId)), kind, address, 1, 1, 0, firstIndex);
    }

    static LockRange range(int mapId, LockKind kind, long base, long stride, long count) {
        return new LockRange(new MapKey(mapId, mapAddress(mapId)), kind, base, stride, count, 0, 0);
    }

    static LockRange field(int mapId, LockKind kind, long base, long count, long lockOffset) {
        return new LockRange(new MapKey(mapId, mapAddress(mapId)), kind, base, 64, count, lockOffset, 0);
    }

    static long mapAddress(int mapId) {
        return 0xffff_8881_0000_0000L + mapId * 4096L;
    }

    static MapResource map(int id, LockRange... ranges) {
        return new MapResource(
                new MapInfo(id, 1, "hash", "m" + id, 4, 8, 1, 0, 0),
                mapAddress(id),
                List.of(ranges),
                List.of(),
                List.of(),
                List.of());
    }

    static Inventory inventory(MapResource... maps) {
        return new Inventory(1, Instant.EPOCH, List.of(maps), Set.of(), List.of());
    }

    /** Ranges without overlaps, of every shape, from low addresses over the sign change to the top. */
    static List<LockRange> random(Random random, int number) {
        List<LockRange> ranges = new ArrayList<>(number);
        long room = Long.divideUnsigned(-1L, number + 2L);
        long next = random.nextInt(1 << 20);
        for (int id = 1; id <= number; id++) {
            long stride = 1L + random.nextInt(4096);
            long count = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(40);
            long offset = random.nextInt((int) Math.min(stride, 64));
            long gap = random.nextInt(4) == 0 ? 0 : random.nextLong() & 0xffff;
            LockRange range = new LockRange(
                    new MapKey(id, mapAddress(id)),
                    LockKind.HASH_BUCKET,
                    next + gap,
                    stride,
                    count,
                    offset,
                    random.nextInt(8));
            ranges.add(range);
            next = range.lastLock() + 1;
            if (random.nextInt(64) == 0) {
                next += room;
            }
        }
        return ranges;
    }
}
