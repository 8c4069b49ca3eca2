// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

/** Moments in one turn between which a crash must do no harm. */
enum FaultPoint {
    RECEIVED,
    VERIFIED,
    STORED,
    PUBLISHED
}
