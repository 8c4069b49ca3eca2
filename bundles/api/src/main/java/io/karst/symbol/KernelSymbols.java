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
     * Looks up symbols by name.
     *
     * @param names 1 to {@value #MAX_LOOKUPS} symbol names of 1 to 511 characters
     * @return one result for each name, in the given order; several if symbols share the name
     * @throws IllegalArgumentException if there are too many names, or a name is empty or too long
     */
    List<KernelSymbol> byName(Collection<String> names);

    /**
     * Looks up the symbols that contain addresses.
     *
     * @param addresses 1 to {@value #MAX_LOOKUPS} kernel addresses
     * @return one result for each address, in the given order
     * @throws IllegalArgumentException if there are too many addresses
     */
    List<KernelSymbol> byAddress(Collection<Long> addresses);

    /** The symbols that the inventory names, looked up when the stage started. */
    List<KernelSymbol> resolved();
}
