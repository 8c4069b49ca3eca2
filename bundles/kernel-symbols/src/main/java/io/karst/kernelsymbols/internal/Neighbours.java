// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For each wanted address, the symbol at or below the address and the start of the next symbol. A symbol is entered only at
 * the two wanted addresses next to it. A look-up therefore searches all
 * entries up to its address for the symbol, and all entries from there on for the next one.
 */
final class Neighbours {
    private final long[] wanted;
    private final @Nullable Symbol[] below;
    private final long[] next;

    /**
     * Has no symbols yet.
     *
     * @param wanted distinct addresses in ascending unsigned order
     */
    Neighbours(long... wanted) {
        this.wanted = wanted.clone();
        below = new Symbol[wanted.length];
        next = new long[wanted.length];
    }

    /** Enters a symbol at the wanted addresses next to it. */
    void offer(Symbol symbol) {
        int at = firstNotBelow(symbol.address());
        if (at < wanted.length) {
            offerBelow(at, symbol);
        }
        if (at > 0) {
            offerNext(at - 1, symbol.address());
        }
    }

    /** Enters a symbol at or below a wanted address. */
    void offerBelow(int index, Symbol symbol) {
        Symbol held = below[index];
        if (held == null || Long.compareUnsigned(symbol.address(), held.address()) > 0) {
            below[index] = symbol;
        }
    }

    /** Enters the start of a symbol above a wanted address. */
    void offerNext(int index, long address) {
        if (next[index] == 0 || Long.compareUnsigned(address, next[index]) < 0) {
            next[index] = address;
        }
    }

    /** The nearest symbol at or below a wanted address. */
    Optional<Symbol> below(long address) {
        Optional<Symbol> best = Optional.empty();
        for (int i = 0; i <= indexOf(address); i++) {
            Symbol symbol = below[i];
            if (symbol != null
                    && (best.isEmpty()
                            || Long.compareUnsigned(symbol.address(), best.get().address()) > 0)) {
                best = Optional.of(symbol);
            }
        }
        return best;
    }

    /**
     * Whether a symbol starts above a wanted address.
     *
     * @param address one of the wanted addresses
     */
    boolean hasNext(long address) {
        return Arrays.stream(next, indexOf(address), next.length).anyMatch(start -> start != 0);
    }

    private int indexOf(long address) {
        int at = firstNotBelow(address);
        if (at == wanted.length || wanted[at] != address) {
            throw new IllegalArgumentException("address 0x" + Long.toHexString(address) + " was not asked for");
        }
        return at;
    }

    private int firstNotBelow(long address) {
        int low = 0;
        int high = wanted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(wanted[middle], address) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
