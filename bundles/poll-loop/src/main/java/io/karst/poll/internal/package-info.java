// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/** The poll loop: one thread that decides, one worker for each task. */
@NullMarked
package io.karst.poll.internal;

import org.jspecify.annotations.NullMarked;
