// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The client's half: one pure state machine, {@code next = step(state, response)}.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.remoteconfig.client;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
