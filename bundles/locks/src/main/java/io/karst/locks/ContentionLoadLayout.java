// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

/** Numbers of {@code bpf/include/contention_load.h}. */
public final class ContentionLoadLayout {

    /** Times that one run of a load program takes its lock. */
    public static final int TURNS = 64;

    private ContentionLoadLayout() {}
}
