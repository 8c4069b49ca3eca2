// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.locks.FixedText;
import io.karst.resource.MapOwner;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The loaded asset {@code map_owners}, which finds the processes that have maps open. The stage owns and
 * closes it. Records are {@code struct karst_map_owner} of {@code bpf/include/map_owners.h}.
 */
final class OwnersProgram implements AutoCloseable {
    private static final String ASSET = "map_owners";
    private static final int RECORD_BYTES = 24;
    private static final int COMM_OFFSET = 8;
    private static final int COMM_BYTES = 16;

    /** Most descriptors read in one scan; each costs the kernel far more than the memory for it here. */
    private static final int MAX_RECORDS = 1 << 20;

    private final BpfObject object;
    private final BpfProgram program;

    private OwnersProgram(BpfObject object) {
        this.object = object;
        program = object.program("map_owners");
        object.program("learn_map_files").iterate(buffer -> buffer.position(buffer.limit()));
    }

    static OwnersProgram load(CoreAssetLoader loader, Bpf bpf) {
        return loader.load(
                ASSET, (asset, btf) -> BpfObject.handOver(bpf.load(ObjectSpec.of(asset, btf)), OwnersProgram::new));
    }

    /** Walks the open files of all processes. Returns the processes by map id. */
    Map<Integer, Set<MapOwner>> read() {
        Reader reader = new Reader();
        program.iterate(reader::accept);
        return reader.owners;
    }

    @Override
    public void close() {
        object.close();
    }

    /** Collects the records. */
    static final class Reader {
        final Map<Integer, Set<MapOwner>> owners = new HashMap<>();
        private int records;

        void accept(ByteBuffer buffer) {
            while (buffer.remaining() >= RECORD_BYTES) {
                int at = buffer.position();
                buffer.position(at + RECORD_BYTES);
                if (records++ < MAX_RECORDS) {
                    String comm = FixedText.read(buffer, at + COMM_OFFSET, COMM_BYTES);
                    MapOwner owner = new MapOwner(MapOwner.Type.PROCESS, buffer.getInt(at + 4), comm);
                    owners.computeIfAbsent(buffer.getInt(at), id -> new LinkedHashSet<>())
                            .add(owner);
                }
            }
        }
    }
}
