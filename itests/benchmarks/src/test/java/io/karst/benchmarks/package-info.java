// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Speed and size of remote configuration: real processes, real TLS, loopback only. */
@NullMarked
package io.karst.benchmarks;

import org.jspecify.annotations.NullMarked;
