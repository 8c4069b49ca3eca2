// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Waits on locks inside eBPF maps: counters, snapshots, deltas, and what cannot be measured.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.contention;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
