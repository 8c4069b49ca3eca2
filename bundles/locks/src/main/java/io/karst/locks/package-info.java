// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Locks inside eBPF maps, as values: the layouts shared with the kernel programs, the table of lock ranges, counters and
 * what is computed from them. Nothing here touches the kernel.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.locks;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
