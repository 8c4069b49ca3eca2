// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Stage 3: the tracing programs, from load to counters, and the self-test of what they can see.
 */
@NullMarked
package io.karst.locktracer.internal;

import org.jspecify.annotations.NullMarked;
