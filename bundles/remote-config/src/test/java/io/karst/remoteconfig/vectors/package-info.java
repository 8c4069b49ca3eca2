// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Runs test vectors that others wrote: every {@code case.json} below a folder. */
@NullMarked
package io.karst.remoteconfig.vectors;

import org.jspecify.annotations.NullMarked;
