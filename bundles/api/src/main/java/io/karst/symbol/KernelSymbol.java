// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.symbol;

/**
 * Result of looking up one name or address.
 *
 * @param name symbol name; unless found, the name or address that was looked up
 * @param address kernel address, unsigned; 0 unless found
 * @param offset bytes from the symbol's start to the address; 0 for a look-up by name
 * @param module module of the symbol; empty for the kernel itself
 * @param status found or why not
 * @param source list that has the symbol, such as {@code iter/ksym}; empty unless found
 */
public record KernelSymbol(String name, long address, long offset, String module, SymbolStatus status, String source) {}
