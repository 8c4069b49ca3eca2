// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import io.karst.locks.LockContentionLayout;
import io.karst.locks.LockRecordReader;
import io.karst.locks.MapLocks;
import io.karst.locks.RangeTable;
import io.karst.resource.LockKind;
import io.karst.resource.LockRange;
import io.karst.resource.MapKey;
import io.karst.testing.ClasspathAssets;
import java.util.ArrayList;
import java.util.List;

/**
 * Full tables of locks of one map that exists, so that the tracer finds that map when it looks whether it is still there. All but one
 * are made up: they lie among the kernel's locks, at odd addresses, where none is.
 *
 * @param with table that also has the real lock
 * @param without table that does not have it: its address lies between two of the table's
 */
record MadeUpLocks(RangeTable with, RangeTable without) {

    /** Number of locks that are made up. */
    static final int COUNT = LockContentionLayout.MAX_RANGES - 2;

    private static final long FIRST = 0xffff_8880_0000_0001L;
    private static final long DISTANCE = 1L << 20;

    static long address(int number) {
        return FIRST + number * DISTANCE;
    }

    /** Tables with and without the spin lock of a map. */
    static MadeUpLocks around(Bpf bpf, int mapId) {
        MapLocks map = scan(bpf).stream()
                .filter(found -> found.key().id() == mapId)
                .findAny()
                .orElseThrow();
        List<RangeTable.Entry> entries = new ArrayList<>();
        for (int slot = 0; slot < COUNT; slot++) {
            entries.add(entry(map.key(), address(slot), slot));
        }
        RangeTable without = RangeTable.of(entries);
        map.ranges().stream()
                .filter(range -> range.kind() == LockKind.VALUE_SPIN_LOCK)
                .forEach(range -> entries.add(entry(map.key(), range.firstLock(), COUNT)));
        return new MadeUpLocks(RangeTable.of(entries), without);
    }

    private static RangeTable.Entry entry(MapKey map, long address, int slot) {
        return new RangeTable.Entry(new LockRange(map, LockKind.VALUE_SPIN_LOCK, address, 1, 1, 0, 0), slot);
    }

    private static List<MapLocks> scan(Bpf bpf) {
        LockRecordReader reader = new LockRecordReader();
        try (BpfObject object =
                new ClasspathAssets().load("lock_ranges", (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf)))) {
            object.program("percpu_offsets").iterate(buffer -> buffer.position(buffer.limit()));
            object.program("lock_ranges").iterate(reader);
        }
        return reader.finish();
    }
}
