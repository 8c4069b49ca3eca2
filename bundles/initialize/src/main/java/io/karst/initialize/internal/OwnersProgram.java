// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.ability.Namespace;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.component.KernelText;
import io.karst.resource.BlindSpot;
import io.karst.resource.BlindSpot.Kind;
import io.karst.resource.MapOwner;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /** Walks the open files of all processes that it sees. Returns the processes by map id. */
    Map<Integer, Set<MapOwner>> read(List<BlindSpot> blindSpots) {
        Reader reader = new Reader();
        program.iterate(reader::accept);
        reader.leftOut().ifPresent(blindSpots::add);
        return reader.owners;
    }

    /**
     * Why processes are missing; empty if they are not. The kernel walks the tasks of this process's pid namespace only.
     *
     * @param proc {@code /proc}
     */
    static Optional<String> hidden(Path proc) {
        return switch (Namespace.PID.isInitial(proc)) {
            case YES -> Optional.empty();
            case NO -> Optional.of("only processes of this pid namespace are seen, so other owners are missing");
            case NOT_KNOWN ->
                Optional.of("owners may be missing: " + proc.resolve("self/ns/pid")
                        + " cannot be read, which tells whether processes outside this pid namespace are seen");
        };
    }

    @Override
    public void close() {
        object.close();
    }

    /** Collects the records. */
    static final class Reader {
        final Map<Integer, Set<MapOwner>> owners = new HashMap<>();
        private long records;

        /** What was beyond the limit. */
        Optional<BlindSpot> leftOut() {
            return records <= MAX_RECORDS
                    ? Optional.empty()
                    : Optional.of(new BlindSpot(
                            Kind.OWNERS,
                            "",
                            "owners are missing: processes hold " + records + " descriptors of maps, of which "
                                    + MAX_RECORDS + " were read"));
        }

        void accept(ByteBuffer buffer) {
            while (buffer.remaining() >= RECORD_BYTES) {
                int at = buffer.position();
                buffer.position(at + RECORD_BYTES);
                if (records++ < MAX_RECORDS) {
                    String comm = KernelText.read(buffer, at + COMM_OFFSET, COMM_BYTES);
                    MapOwner owner = new MapOwner(MapOwner.Type.PROCESS, buffer.getInt(at + 4), comm);
                    owners.computeIfAbsent(buffer.getInt(at), id -> new LinkedHashSet<>())
                            .add(owner);
                }
            }
        }
    }
}
