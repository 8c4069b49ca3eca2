// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The server's half: a repository of signed configurations, as an immutable value.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.server;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
