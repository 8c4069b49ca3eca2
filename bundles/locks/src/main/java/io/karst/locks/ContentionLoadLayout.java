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
    public static final int VALUE_BYTES = 32;

    /** Bytes of {@code resilient_value}, a value of {@code load_resilient}. */
    public static final int RESILIENT_VALUE_BYTES = 24;

    /** Offset of {@code met} in both, a u64: number of times the lock was found held right before it was taken. */
    public static final int VALUE_MET = 8;

    /** Offset of {@code queued} in both, a u64: number of times one thread held the lock then and another one waited for it. */
    public static final int VALUE_QUEUED = 16;

    /** Offset of {@code rest} in {@code locked_value}, a u32. */
    public static final int VALUE_REST = 24;

    private ContentionLoadLayout() {}
}
