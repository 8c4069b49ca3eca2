// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * CO-RE assets: compiled BPF objects, the BTF to relocate them against, and the result of each load.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.asset;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
