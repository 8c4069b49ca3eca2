// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The values of remote configuration: the protocol's messages in plain Java, paths, and every reason for which something is refused.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
