// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * What a tracer leaves in the kernel and how the next one finds it: where it is pinned, in which layout, what it keeps beside
 * the counters. One directory for each Karaf, in it one numbered generation after another; {@code Adoption} goes on from them.
 */
@NullMarked
package io.karst.locktracer.internal.pinned;

import org.jspecify.annotations.NullMarked;
