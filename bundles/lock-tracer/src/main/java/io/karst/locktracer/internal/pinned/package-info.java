// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What a tracer leaves pinned in the kernel, and how the next one finds it: directories, layout, and saved state beside
 * the counters. Each Karaf has a directory that holds numbered generations; {@code Adoption} continues from them.
 */
@NullMarked
package io.karst.locktracer.internal.pinned;

import org.jspecify.annotations.NullMarked;
