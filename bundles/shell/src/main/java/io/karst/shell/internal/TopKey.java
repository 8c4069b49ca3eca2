// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

/**
 * A key of {@code karst:top}.
 *
 * @param name which
 * @param text what it writes, if it is a character
 */
record TopKey(Name name, String text) {
    /** Keys that write nothing, and all others. */
    enum Name {
        UP,
        DOWN,
        LEFT,
        RIGHT,
        PAGE_UP,
        PAGE_DOWN,
        HOME,
        END,
        ENTER,
        ESCAPE,
        BACKSPACE,
        /** Draws everything again. */
        REDRAW,
        /** Ctrl-C, or nobody is there any more. */
        QUIT,
        CHARACTER
    }
}
