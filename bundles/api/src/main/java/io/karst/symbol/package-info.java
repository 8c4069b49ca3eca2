// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Kernel symbols: names to addresses and addresses to names.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.symbol;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
