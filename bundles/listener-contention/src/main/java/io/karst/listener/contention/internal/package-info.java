// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Tracing settings from remote configuration. */
@NullMarked
package io.karst.listener.contention.internal;

import org.jspecify.annotations.NullMarked;
