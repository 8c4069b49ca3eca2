// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The poll loop: one executor with a thread for each task, and one for deadlines. */
@NullMarked
package io.karst.poll.internal;

import org.jspecify.annotations.NullMarked;
