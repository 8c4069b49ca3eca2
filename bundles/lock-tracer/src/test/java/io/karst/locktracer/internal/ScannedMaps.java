// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.MapInfo;
import io.karst.bpf.ObjectSpec;
import io.karst.locks.LockRecordLayout;
import io.karst.locks.LockRecordReader;
import io.karst.locks.MapLocks;
import io.karst.resource.Inventory;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import io.karst.testing.ClasspathAssets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** An inventory of the ranges that the kernel program finds, and of nothing else. */
final class ScannedMaps implements ResourceInventory, AutoCloseable {
    private final BpfObject object;
    private Predicate<MapLocks> which = map -> true;
    private Inventory current;

    ScannedMaps(Bpf bpf) {
        object = new ClasspathAssets().load("lock_ranges", (asset, btf) -> bpf.load(ObjectSpec.of(asset, btf)));
        object.program("percpu_offsets").iterate(buffer -> buffer.position(buffer.limit()));
        current = scan(which);
    }

    /** Takes only some maps into the next scans. */
    void only(Predicate<MapLocks> wanted) {
        which = wanted;
    }

    private Inventory scan(Predicate<MapLocks> wanted) {
        LockRecordReader reader = new LockRecordReader();
        int window = 0;
        do {
            byte[] value = ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putInt(window)
                    .array();
            object.map("window").update(new byte[Integer.BYTES], value);
            object.program("lock_ranges").iterate(reader);
            window += LockRecordLayout.PASS_RECORDS;
        } while (reader.endPass());
        List<MapResource> maps = reader.finish().stream()
                .filter(wanted)
                .map(ScannedMaps::resource)
                .toList();
        return new Inventory(1, Instant.now(), maps, Set.of(), List.of());
    }

    private static MapResource resource(MapLocks map) {
        MapInfo info = new MapInfo(
                map.key().id(),
                map.mapType(),
                "type " + map.mapType(),
                "map" + map.key().id(),
                4,
                8,
                1,
                0,
                0);
        return new MapResource(info, map.key().address(), map.ranges(), List.of(), List.of(), List.of());
    }

    @Override
    public synchronized Inventory current() {
        return current;
    }

    @Override
    public synchronized Inventory rescan() {
        current = scan(which);
        return current;
    }

    @Override
    public synchronized Inventory including(Set<Integer> mapIds) {
        return scan(which.or(map -> mapIds.contains(map.key().id())));
    }

    @Override
    public void close() {
        object.close();
    }
}
