// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.ObjectSpec;
import io.karst.locks.LockRecordLayout;
import io.karst.locks.LockRecordReader;
import io.karst.locks.MapLocks;
import java.util.List;

/**
 * The loaded asset {@code lock_ranges}, kept for all scans of a stage. The stage owns and closes it. Not thread-safe.
 */
final class LockRangesProgram implements AutoCloseable {
    private static final String ASSET = "lock_ranges";

    /** Bound of the loop: a map has a few ranges for each CPU; more passes mean an error in the kernel program. */
    private static final int MAX_PASSES = 4096;

    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final BpfObject object;
    private final BpfProgram program;
    private final BpfMap window;
    private final int locatedCpus;

    private LockRangesProgram(BpfObject object) {
        this.object = object;
        program = object.program("lock_ranges");
        window = object.map("window");
        object.program("percpu_offsets").iterate(buffer -> buffer.position(buffer.limit()));
        locatedCpus = object.map("cpus").lookup(FIRST).map(Bytes::toInt).orElse(0);
    }

    /** Loads it. */
    static LockRangesProgram load(CoreAssetLoader loader, Bpf bpf) {
        return loader.load(
                ASSET, (asset, btf) -> BpfObject.handOver(bpf.load(ObjectSpec.of(asset, btf)), LockRangesProgram::new));
    }

    /** CPUs whose per-CPU memory could be located, from CPU 0 up. */
    int locatedCpus() {
        return locatedCpus;
    }

    /** Id of a map that only this process has open, which identifies this process among the owners. */
    int ownMapId() {
        return window.info().id();
    }

    /**
     * Walks every map.
     *
     * @return maps in the kernel's order, those being freed left out
     * @throws BpfException if the kernel refuses, or the asset writes other records than this version reads
     */
    List<MapLocks> read() {
        try {
            return read(new LockRecordReader());
        } catch (IllegalArgumentException e) {
            String message = "asset " + ASSET + " does not fit this version of Karst: " + e.getMessage();
            throw new BpfException("EPROTO", message);
        }
    }

    private List<MapLocks> read(LockRecordReader reader) {
        program.iterate(reader);
        boolean more = reader.endPass();
        if (more) {
            try {
                for (int pass = 1; more && pass < MAX_PASSES; pass++) {
                    setWindow(pass * LockRecordLayout.PASS_RECORDS);
                    program.iterate(reader);
                    more = reader.endPass();
                }
            } finally {
                setWindow(0);
            }
        }
        return reader.finish();
    }

    private void setWindow(int firstRange) {
        window.update(FIRST, Bytes.ofInt(firstRange));
    }

    @Override
    public void close() {
        object.close();
    }
}
