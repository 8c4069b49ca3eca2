// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * The page at {@code /karst/}, its data below {@code /karst/api/v1/}, and the stream that keeps it current.
 */
@NullMarked
package io.karst.web.internal;

import org.jspecify.annotations.NullMarked;
