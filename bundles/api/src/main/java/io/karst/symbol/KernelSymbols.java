// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.symbol;

import java.util.Collection;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Stage 2: addresses of kernel symbols. Thread-safe. */
@ProviderType
public interface KernelSymbols {

    /** Most names or addresses in one call. */
    int MAX_LOOKUPS = 1024;

    /**
     * Looks names up.
     *
     * @param names 1 to {@value #MAX_LOOKUPS} symbol names of 1 to 511 characters
     * @return one outcome per name in the order given; a name that several symbols share yields one each
     * @throws IllegalArgumentException if there are too many, or one is empty or too long
     */
    List<KernelSymbol> byName(Collection<String> names);

    /**
     * Finds the symbols that addresses lie in.
     *
     * @param addresses 1 to {@value #MAX_LOOKUPS} kernel addresses
     * @return one outcome per address in the order given
     * @throws IllegalArgumentException if there are too many
     */
    List<KernelSymbol> byAddress(Collection<Long> addresses);

    /** The symbols named by the inventory, as looked up when the stage started. */
    List<KernelSymbol> resolved();
}
