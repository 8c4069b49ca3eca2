// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What this kernel and this process can and cannot do, as probed.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.ability;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
