// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Things that several components need.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.component;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
