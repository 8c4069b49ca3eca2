// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The start-up stages of Karst, in order, and the state of each.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.stage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
