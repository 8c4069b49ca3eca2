// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Turns the tracer's counters into snapshots, and rescans as maps come and go.
 */
@NullMarked
package io.karst.contention.internal;

import org.jspecify.annotations.NullMarked;
