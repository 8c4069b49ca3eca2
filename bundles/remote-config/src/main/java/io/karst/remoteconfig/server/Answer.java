// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.ConfigResponse;

/** What a server says to a request. */
public sealed interface Answer {

    /**
     * The request is in order.
     *
     * @param response what to send
     */
    record Answered(ConfigResponse response) implements Answer {}

    /**
     * The request breaks a rule (INVALID_ARGUMENT).
     *
     * @param reason which rule
     */
    record InvalidRequest(String reason) implements Answer {}

    /** Remote configuration is switched off here (UNIMPLEMENTED). */
    record SwitchedOff() implements Answer {}
}
