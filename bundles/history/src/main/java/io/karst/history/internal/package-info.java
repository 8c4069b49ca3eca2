// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Reads contention once a second, and keeps it in memory and in a file.
 */
@NullMarked
package io.karst.history.internal;

import org.jspecify.annotations.NullMarked;
