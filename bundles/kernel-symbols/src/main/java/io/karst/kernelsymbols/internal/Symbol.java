// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

/**
 * A symbol, as a source lists it.
 *
 * @param address kernel address, unsigned
 * @param name symbol name
 * @param module module; empty for the kernel itself
 * @param type letter as in {@code /proc/kallsyms}; t, T, w and W mean code
 */
record Symbol(long address, String name, String module, char type) {

    boolean isCode() {
        return "tTwW".indexOf(type) >= 0;
    }
}
