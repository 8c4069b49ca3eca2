// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.component.KernelText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code /proc/kallsyms}, read line by line to its end, however many there are: address, type letter, name, and the module
 * in brackets. The kernel writes zeros instead of addresses that the reader may not see (kptr_restrict, CAP_SYSLOG).
 */
final class KallsymsFile implements SymbolSource {

    private final Path file;

    KallsymsFile(Path file) {
        this.file = file;
    }

    /** The reason why the file cannot be used; empty if it can. */
    Optional<String> fault() {
        try (BufferedReader lines = KernelText.lines(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (parse(line).filter(symbol -> symbol.address() != 0).isPresent()) {
                    return Optional.empty();
                }
            }
            return Optional.of(file + " hides addresses (kernel.kptr_restrict)");
        } catch (IOException e) {
            return Optional.of(file + " cannot be read: " + e);
        }
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public List<Symbol> byName(Set<String> names) {
        List<Symbol> found = new ArrayList<>();
        forEach(symbol -> {
            if (names.contains(symbol.name())) {
                found.add(symbol);
            }
        });
        return found;
    }

    @Override
    public Neighbours around(long[] addresses) {
        Neighbours neighbours = new Neighbours(addresses);
        forEach(neighbours::offer);
        return neighbours;
    }

    @Override
    public void close() {
        // no file stays open between look-ups
    }

    private void forEach(Consumer<Symbol> consumer) {
        try (BufferedReader lines = KernelText.lines(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                parse(line).filter(symbol -> symbol.address() != 0).ifPresent(consumer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** Parses a line; empty if the line has another form. */
    static Optional<Symbol> parse(String line) {
        int type = line.indexOf(' ') + 1;
        if (type < 2 || type + 2 >= line.length() || line.charAt(type + 1) != ' ') {
            return Optional.empty();
        }
        int end = line.indexOf('\t', type + 2);
        String name = line.substring(type + 2, end < 0 ? line.length() : end).trim();
        String rest = end < 0 ? "" : line.substring(end + 1).trim();
        String module = rest.startsWith("[") && rest.endsWith("]") ? rest.substring(1, rest.length() - 1) : "";
        try {
            long address = Long.parseUnsignedLong(line, 0, type - 1, 16);
            return Optional.of(new Symbol(address, name, module, line.charAt(type)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
