// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

/** How far a stage is. */
public enum StageState {
    /** Its work is done and its service is registered. */
    READY,
    /** Something it refers to is missing, its bundle is not started, or its own work is under way. */
    WAITING,
    /** Its own work failed; it is tried again. */
    FAILED
}
