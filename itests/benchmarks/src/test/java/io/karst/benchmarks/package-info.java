// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Speed and size: of remote configuration, with real processes and real TLS on loopback, and of what reads the kernel. */
@NullMarked
package io.karst.benchmarks;

import org.jspecify.annotations.NullMarked;
