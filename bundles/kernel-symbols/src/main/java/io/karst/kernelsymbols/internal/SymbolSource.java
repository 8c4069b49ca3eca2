// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import java.util.List;
import java.util.Set;

/** A list of all kernel symbols. Not thread-safe. */
interface SymbolSource extends AutoCloseable {

    /** As it is named in results. */
    String name();

    /**
     * Symbols of these names.
     *
     * @param names up to 1024 names
     * @return any order; several of one name are possible
     */
    List<Symbol> byName(Set<String> names);

    /**
     * The symbols next to addresses.
     *
     * @param addresses up to 1024, distinct, ascending when read as unsigned
     * @return what was found around them
     */
    Neighbours around(long[] addresses);

    @Override
    void close();
}
