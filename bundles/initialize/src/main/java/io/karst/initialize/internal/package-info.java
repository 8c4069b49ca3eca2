// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Stage 1: finds the kernel's eBPF maps, the addresses of their locks, and who keeps the maps alive.
 */
@NullMarked
package io.karst.initialize.internal;

import org.jspecify.annotations.NullMarked;
