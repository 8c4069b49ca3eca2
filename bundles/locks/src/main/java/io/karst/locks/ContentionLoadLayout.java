// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

/**
 * Constants of {@code bpf/include/contention_load.h}, and layout of the value that {@code contention_load.bpf.c} locks.
 */
public final class ContentionLoadLayout {

    /** Number of times one run of a load program takes its lock. */
    public static final int TURNS = 64;

    /** Maximum rest: number of additions between two turns of the spin lock program. */
    public static final int MAX_REST = 512;

    /** Bytes of {@code locked_value}, the only value of {@code load_values}. */
    public static final int VALUE_BYTES = 24;

    /** Offset of its {@code met}, a u64: number of times the lock was found held right before it was taken. */
    public static final int VALUE_MET = 8;

    /** Offset of its {@code rest}, a u32. */
    public static final int VALUE_REST = 20;

    private ContentionLoadLayout() {}
}
