// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Files that survive a crash at any moment. */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
