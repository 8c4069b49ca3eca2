// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/** Lock implementations of the kernel that differ in which waits their slow path reports. */
public enum LockFamily {
    /** {@code spinlock_t} and the lock word of bpf_spin_lock: the queued spin lock. */
    SPIN,
    /** Resilient queued spin lock (6.15 and later). */
    RESILIENT,
    /** {@code raw_spinlock_t} on older kernels, resilient on newer ones: which one is read from the kernel's BTF. */
    RAW_OR_RESILIENT,
    /** {@code struct mutex}. */
    MUTEX
}
