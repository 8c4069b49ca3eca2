// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Things done again and again, each at its own interval, off the OSGi framework's threads.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.poll;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
