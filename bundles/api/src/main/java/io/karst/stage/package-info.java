// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The stages that Karst runs in order, and how far each of them is.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.stage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
