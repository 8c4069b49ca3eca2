// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/** Whether the configuration in force is current. */
public enum ConfigState {
    /** No answer from the server yet since the start; what was restored from disk is in force. */
    CONNECTING,
    /** The last answer was verified, and the configuration in force is the server's. */
    READY,
    /** The server has not answered for a while; the last good configuration stays in force. */
    STALE,
    /** The server has nothing unexpired to offer; the last good configuration stays in force. */
    EXPIRED,
    /** The last answer was refused, or the server refuses us; the last good configuration stays in force. */
    ERROR,
    /** Polling is switched off here or at the server. */
    DISABLED
}
