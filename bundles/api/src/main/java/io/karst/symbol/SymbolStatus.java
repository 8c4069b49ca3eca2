// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.symbol;

/** What came of a look-up. */
public enum SymbolStatus {
    /** The address is known. */
    FOUND,
    /** Every source that would list such a symbol was read, and it is not there. */
    NOT_FOUND,
    /** No source on this kernel can tell: it may exist without being listed. */
    NOT_AVAILABLE
}
