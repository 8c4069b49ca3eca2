// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Locks inside eBPF maps, as values: layouts shared with the kernel programs, the table of lock ranges, and sums of
 * counters. Nothing here calls the kernel.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.locks;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
