// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockTracer;
import io.karst.locktracer.internal.pinned.PinLocation;
import io.karst.resource.ResourceInventory;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.List;

/** Stage 3's tracer of an inventory that need not be this kernel's: attached, not pinned, without a self-test. */
public final class TracerOf implements AutoCloseable {

    /** Slots of the largest table. */
    public static final int SLOTS = 16384;

    private static final int LINES = 4096;
    private static final int MEMORY_MIB = 64;
    private static final int SELF_TEST_MILLIS = 10;

    private final LockTracerStage stage;

    /**
     * Loads and attaches the kernel programs.
     *
     * @param inventory what is traced
     * @param loader has the asset
     * @param bpf of this kernel
     */
    public TracerOf(ResourceInventory inventory, CoreAssetLoader loader, Bpf bpf) {
        PinLocation unpinned = new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "benchmark");
        stage = new LockTracerStage(
                new SelfTest.Parts(bpf, loader, inventory, new NoSymbols()),
                new TracerSettings(false, SELF_TEST_MILLIS, LINES, SLOTS, MEMORY_MIB, unpinned, Timing.ALL),
                Clock.systemUTC());
    }

    /** As {@link LockTracer#read}. */
    public ContentionSnapshot read() {
        return stage.read();
    }

    @Override
    public void close() {
        stage.close();
    }

    private static final class NoSymbols implements KernelSymbols {
        @Override
        public List<KernelSymbol> byName(Collection<String> names) {
            return List.of();
        }

        @Override
        public List<KernelSymbol> byAddress(Collection<Long> addresses) {
            return List.of();
        }

        @Override
        public List<KernelSymbol> resolved() {
            return List.of();
        }
    }
}
