// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Kernel resources (eBPF maps), their owners, and the memory ranges of the locks inside them.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.resource;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
