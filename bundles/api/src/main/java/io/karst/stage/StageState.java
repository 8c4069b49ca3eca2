// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

/** State of a stage. */
public enum StageState {
    /** Its work is done and its service is registered. */
    READY,
    /** A service that it needs is missing, its bundle is not started, or its own work is in progress. */
    WAITING,
    /** Its own work failed; it is retried. */
    FAILED
}
