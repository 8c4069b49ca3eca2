// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import io.karst.symbol.SymbolStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks up symbols in one source, one look-up at a time. Without a source every symbol is not available. */
final class SymbolLookup implements AutoCloseable {

    /** Longer than any function. An address farther from a symbol's start belongs to something else. */
    private static final long MAX_CODE_OFFSET = 1 << 20;

    /** Longer than any variable of the kernel image. */
    private static final long MAX_DATA_OFFSET = 16 << 20;

    private final Optional<SymbolSource> source;
    private final Absence absence;
    private boolean closed;

    SymbolLookup(Optional<SymbolSource> source, Absence absence) {
        this.source = source;
        this.absence = absence;
    }

    synchronized List<KernelSymbol> byName(Collection<String> names) {
        requireNames(names);
        requireOpen();
        if (source.isEmpty()) {
            return names.stream().map(SymbolLookup::unavailable).toList();
        }
        Set<String> wanted = new HashSet<>(names);
        Map<String, List<Symbol>> found = source.get().byName(wanted).stream()
                .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
                .collect(Collectors.groupingBy(Symbol::name));
        wanted.removeAll(found.keySet());
        Set<String> notAvailable = absence.notAvailable(wanted);
        List<KernelSymbol> results = new ArrayList<>();
        for (String name : names) {
            List<Symbol> symbols = found.getOrDefault(name, List.of());
            symbols.forEach(symbol -> results.add(found(symbol, 0, source.get())));
            if (symbols.isEmpty()) {
                results.add(notAvailable.contains(name) ? unavailable(name) : missing(name));
            }
        }
        return List.copyOf(results);
    }

    synchronized List<KernelSymbol> byAddress(Collection<Long> addresses) {
        requireCount(addresses.size(), "addresses");
        requireOpen();
        if (source.isEmpty()) {
            return addresses.stream()
                    .map(SymbolLookup::hex)
                    .map(SymbolLookup::unavailable)
                    .toList();
        }
        long[] ascending = addresses.stream()
                .distinct()
                .sorted(Long::compareUnsigned)
                .mapToLong(Long::longValue)
                .toArray();
        Neighbours neighbours = source.get().around(ascending);
        return addresses.stream()
                .map(address -> at(address, neighbours, source.get()))
                .toList();
    }

    /**
     * Looks up any number of names and ignores invalid ones.
     *
     * @return results, sorted by name
     */
    List<KernelSymbol> byAnyName(Set<String> names) {
        List<String> valid =
                names.stream().filter(SymbolLookup::isValid).sorted().toList();
        List<KernelSymbol> results = new ArrayList<>();
        for (int from = 0; from < valid.size(); from += KernelSymbols.MAX_LOOKUPS) {
            int to = Math.min(valid.size(), from + KernelSymbols.MAX_LOOKUPS);
            results.addAll(byName(valid.subList(from, to)));
        }
        return List.copyOf(results);
    }

    static boolean isValid(String name) {
        int bytes = bytes(name);
        return bytes >= 1 && bytes < KsymLayout.NAME_BYTES && name.indexOf(0) < 0;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            source.ifPresent(SymbolSource::close);
        }
    }

    /**
     * If data is not listed completely, a data symbol matches only its exact start: between it and a higher address there may
     * be symbols that are not listed.
     */
    private KernelSymbol at(long address, Neighbours neighbours, SymbolSource from) {
        Optional<Symbol> below = neighbours.below(address);
        if (below.isEmpty()) {
            return missing(hex(address));
        }
        Symbol symbol = below.get();
        long offset = address - symbol.address();
        long most = symbol.isCode() ? MAX_CODE_OFFSET : absence.dataIsListed() ? MAX_DATA_OFFSET : 0;
        if (Long.compareUnsigned(offset, most) <= 0 && (neighbours.hasNext(address) || symbol.isCode())) {
            return found(symbol, offset, from);
        }
        return neighbours.hasNext(address) && !absence.dataIsListed()
                ? unavailable(hex(address))
                : missing(hex(address));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the symbol look-up is closed");
        }
    }

    private static void requireNames(Collection<String> names) {
        requireCount(names.size(), "names");
        for (String name : names) {
            if (!isValid(name)) {
                int bytes = bytes(name);
                String shown = bytes < 40 ? name : name.substring(0, 20) + "…";
                throw new IllegalArgumentException("symbol name '" + shown + "' has " + bytes + " bytes, not 1 to "
                        + (KsymLayout.NAME_BYTES - 1) + (name.indexOf(0) >= 0 ? ", or holds a zero" : ""));
            }
        }
    }

    private static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void requireCount(int count, String what) {
        if (count > KernelSymbols.MAX_LOOKUPS) {
            throw new IllegalArgumentException(
                    count + " " + what + " are more than " + KernelSymbols.MAX_LOOKUPS + " in one look-up");
        }
    }

    private static KernelSymbol found(Symbol symbol, long offset, SymbolSource from) {
        return new KernelSymbol(
                symbol.name(), symbol.address() + offset, offset, symbol.module(), SymbolStatus.FOUND, from.name());
    }

    private static KernelSymbol missing(String name) {
        return new KernelSymbol(name, 0, 0, "", SymbolStatus.NOT_FOUND, "");
    }

    private static KernelSymbol unavailable(String name) {
        return new KernelSymbol(name, 0, 0, "", SymbolStatus.NOT_AVAILABLE, "");
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }
}
