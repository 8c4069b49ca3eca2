// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapSpec;
import io.karst.bpf.MappedMemory;
import io.karst.locktracer.internal.pinned.DoubleBufferedRecord;
import io.karst.locktracer.internal.pinned.GenerationHeader;
import io.karst.locktracer.internal.pinned.SlotRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** The maps of a generation: their names, the ones that user space creates, and their mapping into memory. */
final class TracerMaps {
    /** Maps that programs with other sizes can share: they depend on the number of CPUs only. */
    static final List<String> SHARED = List.of("ranges", ".bss", "lost", "spinning", "sleepers", ".data.waiting");

    /** Maps whose sizes depend on settings. */
    static final List<String> SIZED = List.of("totals", "single_locks");

    static final String LEDGER = "ledger";
    static final String SAVED = "kept";
    static final String STATE = "state";

    private static final int MMAPABLE = 1 << 10; // BPF_F_MMAPABLE

    private TracerMaps() {}

    /** Name of a map's pin: the variable of a map that is a section, because a BPF file system allows no dots. */
    static String pinOf(String map) {
        return switch (map) {
            case ".bss" -> "control";
            case ".data.waiting" -> "waiting";
            default -> map;
        };
    }

    static BpfMap ledger(Bpf bpf, TracerSizes sizes) {
        return array(bpf, "karst_ledger", SlotRecords.BYTES, sizes.slots());
    }

    static BpfMap saved(Bpf bpf) {
        return array(bpf, "karst_kept", DoubleBufferedRecord.PIECE_BYTES, DoubleBufferedRecord.PIECES);
    }

    static BpfMap state(Bpf bpf) {
        return array(bpf, "karst_state", GenerationHeader.BYTES, 1);
    }

    private static BpfMap array(Bpf bpf, String name, int bytes, int entries) {
        return bpf.createMap(new MapSpec("array", name, Integer.BYTES, bytes, entries, MMAPABLE));
    }

    /** Maps everything that user space reads. {@code closer} owns the mappings. */
    static SharedMemory mapped(Function<String, BpfMap> maps, TracerSizes sizes, Closer closer) {
        return new SharedMemory(
                mapped(maps, "ranges", true, closer),
                mapped(maps, ".bss", true, closer),
                mapped(maps, "totals", true, closer),
                mapped(maps, "single_locks", true, closer),
                mapped(maps, "lost", false, closer),
                mapped(maps, ".data.waiting", true, closer),
                mapped(maps, LEDGER, true, closer),
                mapped(maps, SAVED, true, closer),
                sizes);
    }

    private static MappedMemory mapped(Function<String, BpfMap> maps, String name, boolean writable, Closer closer) {
        // the mapping stays valid after the handle is closed; a handle owned by an object ignores this close
        try (BpfMap map = maps.apply(name)) {
            MappedMemory memory = map.mmap(writable);
            closer.add(memory::close);
            return memory;
        }
    }

    /** The maps pinned in a generation's directory. */
    static Function<String, BpfMap> pinned(Bpf bpf, Path directory) {
        return name -> bpf.pinnedMap(directory.resolve(pinOf(name)));
    }
}
