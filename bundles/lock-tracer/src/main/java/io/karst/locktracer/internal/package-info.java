// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Stage 3: the tracing programs, from loading to reading counters, and the self-test that finds out which waits the
 * kernel reports.
 */
@NullMarked
package io.karst.locktracer.internal;

import org.jspecify.annotations.NullMarked;
