// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Settings of an operator: what is in force, what is refused and why.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.settings;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
