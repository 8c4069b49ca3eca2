// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.symbol;

/** Outcome of a look-up. */
public enum SymbolStatus {
    /** The address is known. */
    FOUND,
    /** The lists that would have such a symbol do not have it. */
    NOT_FOUND,
    /** Not known: this kernel does not list all symbols, so the symbol may exist. */
    NOT_AVAILABLE
}
