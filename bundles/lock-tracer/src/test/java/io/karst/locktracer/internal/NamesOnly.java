// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import io.karst.symbol.SymbolStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** Knows which symbols there are, as their names are readable without privilege. */
final class NamesOnly implements KernelSymbols {
    @Override
    public List<KernelSymbol> byName(Collection<String> names) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/kallsyms"))) {
            String name = names.iterator().next();
            boolean found = lines.anyMatch(line -> line.endsWith(" " + name));
            return List.of(
                    new KernelSymbol(name, 0, 0, "", found ? SymbolStatus.FOUND : SymbolStatus.NOT_FOUND, "kallsyms"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
