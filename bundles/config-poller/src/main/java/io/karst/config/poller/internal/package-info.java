// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** Stage 5: asks, verifies, stores, publishes, and sends listeners' answers back. */
@NullMarked
package io.karst.config.poller.internal;

import org.jspecify.annotations.NullMarked;
