// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.karaf.shell.support.CommandException;

/**
 * What an operator asked for.
 *
 * @param names symbol names, in the order given
 * @param addresses kernel addresses, in the order given
 */
record SymbolQuery(List<String> names, List<Long> addresses) {
    private static final Pattern PREFIXED = Pattern.compile("0[xX]([0-9a-fA-F]{1,16})");
    private static final Pattern BARE = Pattern.compile("([0-9a-fA-F]{16})");
    private static final int LONGEST_NAME = 511;

    /**
     * Parses arguments. {@code 0x...}, and 16 hex digits as in {@code /proc/kallsyms}, are addresses.
     *
     * @throws CommandException if one is neither a name nor an address, or there are too many
     */
    static SymbolQuery of(List<String> wanted) throws CommandException {
        if (wanted.size() > KernelSymbols.MAX_LOOKUPS) {
            throw new CommandException(wanted.size() + " names and addresses: at most " + KernelSymbols.MAX_LOOKUPS);
        }
        List<String> names = new ArrayList<>();
        List<Long> addresses = new ArrayList<>();
        for (String word : wanted) {
            var prefixed = PREFIXED.matcher(word);
            var bare = BARE.matcher(word);
            if (prefixed.matches()) {
                addresses.add(Long.parseUnsignedLong(prefixed.group(1), 16));
            } else if (bare.matches()) {
                addresses.add(Long.parseUnsignedLong(bare.group(1), 16));
            } else {
                names.add(checked(word));
            }
        }
        return new SymbolQuery(List.copyOf(names), List.copyOf(addresses));
    }

    private static String checked(String word) throws CommandException {
        if (word.isEmpty() || word.length() > LONGEST_NAME) {
            throw new CommandException("a symbol name has 1 to " + LONGEST_NAME + " characters, not " + word.length());
        }
        if (word.startsWith("0x") || word.startsWith("0X")) {
            throw new CommandException("'" + word + "' is not an address: use 0x and 1 to 16 hex digits");
        }
        return word;
    }

    /** Results for the names, then for the addresses; without either, the symbols that Karst itself looked up. */
    List<KernelSymbol> answer(KernelSymbols symbols) {
        if (names.isEmpty() && addresses.isEmpty()) {
            return symbols.resolved();
        }
        List<KernelSymbol> found = new ArrayList<>();
        if (!names.isEmpty()) {
            found.addAll(symbols.byName(names));
        }
        if (!addresses.isEmpty()) {
            found.addAll(symbols.byAddress(addresses));
        }
        return found;
    }
}
