// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Periodic tasks, each with its own interval, on threads of their own.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.poll;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
