// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Counters of the tracer made into snapshots, and the rescan that keeps up with maps as they come and go.
 */
@NullMarked
package io.karst.contention.internal;

import org.jspecify.annotations.NullMarked;
