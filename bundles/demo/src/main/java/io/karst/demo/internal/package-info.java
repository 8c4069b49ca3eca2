// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * Makes real contention on eBPF maps of its own, so that anybody sees Karst work.
 */
@NullMarked
package io.karst.demo.internal;

import org.jspecify.annotations.NullMarked;
