// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.locks.MapLocks;
import java.util.List;

/** Stage 1's walk over all maps, without the stage. */
public final class MapWalk implements AutoCloseable {

    private final LockRangesProgram program;

    /**
     * Loads the kernel program.
     *
     * @param loader has the asset
     * @param bpf of this kernel
     */
    public MapWalk(CoreAssetLoader loader, Bpf bpf) {
        program = LockRangesProgram.load(loader, bpf);
    }

    /** All maps with the ranges of their locks. */
    public List<MapLocks> read() {
        return program.read();
    }

    @Override
    public void close() {
        program.close();
    }
}
