// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

/** Sources of BTF, in the order they are tried. */
public enum BtfSource {
    /** File named by the operator. */
    CUSTOM,
    /** {@code /sys/kernel/btf/vmlinux}. */
    KERNEL,
    /** Archive in the BTFHub layout. */
    PACKAGED
}
