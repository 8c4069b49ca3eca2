// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.symbol;

/**
 * Outcome of looking up one name or address.
 *
 * @param name symbol name; the text asked for when it was not found
 * @param address kernel address, unsigned; 0 unless found
 * @param offset bytes from the symbol's start to the address asked for; 0 for a look-up by name
 * @param module module the symbol belongs to; empty for the kernel itself
 * @param status found or why not
 * @param source where it was read, such as {@code iter/ksym}; empty unless found
 */
public record KernelSymbol(String name, long address, long offset, String module, SymbolStatus status, String source) {}
