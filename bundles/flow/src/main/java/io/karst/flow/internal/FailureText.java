// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the one line that matters in the stack trace that Declarative Services keeps of a failed activation. */
final class FailureText {

    /** The exception's class before the message. */
    private static final Pattern CLASS = Pattern.compile("^([\\w$]+\\.)+[\\w$]+(: |$)");

    private static final String CAUSE = "Caused by: ";
    private static final String WRAPPER = "java.lang.reflect.InvocationTargetException";

    private FailureText() {}

    /**
     * The message of what the component threw, without its class; the class, if it has no message.
     *
     * @param trace a printed stack trace
     */
    static String firstLine(String trace) {
        Optional<String> thrown = trace.lines().findFirst();
        if (thrown.isEmpty()) {
            return "no reason given";
        }
        String line = thrown.get();
        if (line.startsWith(WRAPPER)) {
            line = trace.lines()
                    .filter(text -> text.startsWith(CAUSE))
                    .findFirst()
                    .map(text -> text.substring(CAUSE.length()))
                    .orElse(line);
        }
        String message = CLASS.matcher(line).replaceFirst("").strip();
        return message.isEmpty() ? line.strip() : message;
    }
}
