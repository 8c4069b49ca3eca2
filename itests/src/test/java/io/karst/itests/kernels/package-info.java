// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** What runs inside a guest with another kernel. */
@NullMarked
package io.karst.itests.kernels;

import org.jspecify.annotations.NullMarked;
