// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What Karst measures, as metrics for any monitoring system.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.metrics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
