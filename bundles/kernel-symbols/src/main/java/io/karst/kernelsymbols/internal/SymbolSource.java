// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import java.util.List;
import java.util.Set;

/** A list of all kernel symbols. Not thread-safe. */
interface SymbolSource extends AutoCloseable {

    /** The source's name in results. */
    String name();

    /**
     * Finds symbols by name.
     *
     * @param names up to 1024 names
     * @return symbols in any order; several may have the same name
     */
    List<Symbol> byName(Set<String> names);

    /**
     * Finds the symbols next to addresses.
     *
     * @param addresses up to 1024 distinct addresses in ascending unsigned order
     */
    Neighbours around(long[] addresses);

    @Override
    void close();
}
