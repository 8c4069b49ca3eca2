// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What carries requests and answers between client and server: interfaces only, so that neither side sees the protocol's
 * library.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.wire;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
