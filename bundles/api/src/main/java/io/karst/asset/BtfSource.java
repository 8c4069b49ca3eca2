// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

/** Where BTF came from, in the order the sources are tried. */
public enum BtfSource {
    /** File named by the operator. */
    CUSTOM,
    /** {@code /sys/kernel/btf/vmlinux}. */
    KERNEL,
    /** Archive in the BTFHub layout. */
    PACKAGED,
    /** Fetched as remote configuration says. */
    REMOTE
}
