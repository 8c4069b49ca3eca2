// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.component.SafeText;
import io.opentelemetry.sdk.common.export.HttpResponse;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What came of a push.
 *
 * @param error why the receiver does not have all of it; empty if it has
 */
record Delivery(Optional<String> error) {

    private static final int LONGEST = 200;

    /** Field 1 of ExportMetricsServiceResponse, partial_success, as a length-delimited field. */
    private static final int PARTIAL_SUCCESS = 0x0a;

    private static final int SUCCESS = 2;

    /** By an answer. One that accepts the push may still refuse points, and says so in its body. */
    static Delivery of(HttpResponse answer) {
        byte[] body = answer.getResponseBody();
        if (answer.getStatusCode() / 100 != SUCCESS) {
            return failed("HTTP status " + answer.getStatusCode() + said(body));
        }
        boolean partial = body.length > 2 && body[0] == PARTIAL_SUCCESS;
        return partial ? failed("points were refused" + said(body)) : new Delivery(Optional.empty());
    }

    /** By what kept it from an answer. */
    static Delivery of(Throwable failure) {
        String message = failure instanceof ConnectException ? "no connection to the receiver" : failure.getMessage();
        return failed(failure.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    private static Delivery failed(String why) {
        String safe = SafeText.of(why);
        return new Delivery(Optional.of(safe.length() <= LONGEST ? safe : safe.substring(0, LONGEST) + "\u2026"));
    }

    /** Text of a body: an error is plain text, JSON, or a message of protobuf around text. */
    private static String said(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, LONGEST), StandardCharsets.UTF_8)
                .replaceAll("[^\\x20-\\x7e]+", " ")
                .strip();
        return text.isEmpty() ? "" : ": " + text;
    }
}
