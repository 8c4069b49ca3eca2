// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.symbol.KernelSymbol;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Stage 2's two sources of symbols, without the stage. */
public final class SymbolSources implements AutoCloseable {

    private final SymbolLookup iterator;
    private final SymbolLookup file;

    /**
     * Loads the kernel program.
     *
     * @param loader has the asset
     * @param bpf of this kernel
     */
    public SymbolSources(CoreAssetLoader loader, Bpf bpf) {
        Absence absence = new Absence(false, Path.of("/sys/kernel/btf/vmlinux"));
        file = new SymbolLookup(Optional.of(new KallsymsFile(Path.of("/proc/kallsyms"))), absence);
        iterator = new SymbolLookup(Optional.of(KsymIterator.load(loader, bpf)), absence);
    }

    /** Looks names up with the iterator in the kernel. */
    public List<KernelSymbol> byIterator(Collection<String> names) {
        return iterator.byName(names);
    }

    /** Looks names up in /proc/kallsyms. */
    public List<KernelSymbol> byFile(Collection<String> names) {
        return file.byName(names);
    }

    @Override
    public void close() {
        iterator.close();
        file.close();
    }
}
