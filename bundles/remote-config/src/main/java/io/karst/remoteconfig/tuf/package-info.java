// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The Update Framework: keys, signatures, roles, metadata, and a whole client over an abstract fetcher.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.tuf;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
