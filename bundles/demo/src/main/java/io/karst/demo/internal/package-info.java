// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Creates real contention on eBPF maps of its own, to show Karst at work.
 */
@NullMarked
package io.karst.demo.internal;

import org.jspecify.annotations.NullMarked;
