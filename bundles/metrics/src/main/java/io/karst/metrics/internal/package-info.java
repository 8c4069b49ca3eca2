// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Lock contention, stages and configuration as metrics.
 */
@NullMarked
package io.karst.metrics.internal;

import org.jspecify.annotations.NullMarked;
