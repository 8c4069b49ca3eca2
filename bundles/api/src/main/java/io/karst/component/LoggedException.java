// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import org.jspecify.annotations.Nullable;

/**
 * An exception for the log, whose messages cannot forge a line or move a cursor. Loggers write the messages of an exception and its
 * causes as they are, and peers, listeners and names of others are in them.
 */
public final class LoggedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** More causes are left out: two exceptions may be each other's cause. */
    private static final int MOST_CAUSES = 20;

    private LoggedException(String text, @Nullable Throwable cause, StackTraceElement[] stack) {
        super(text, cause);
        setStackTrace(stack);
    }

    /**
     * The same exception if all its messages are safe, else a copy of its text, stack and causes that has safe ones
     * ({@link SafeText#of}).
     */
    public static Throwable of(Throwable thrown) {
        return isSafe(thrown, MOST_CAUSES) ? thrown : copy(thrown, MOST_CAUSES);
    }

    private static boolean isSafe(@Nullable Throwable thrown, int causes) {
        if (thrown == null) {
            return true;
        }
        if (causes == 0 || !SafeText.isSafe(String.valueOf(thrown))) {
            return false;
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (!isSafe(suppressed, causes - 1)) {
                return false;
            }
        }
        return isSafe(thrown.getCause(), causes - 1);
    }

    private static Throwable copy(Throwable thrown, int causes) {
        Throwable cause = causes == 0 ? null : thrown.getCause();
        LoggedException copy = new LoggedException(
                SafeText.of(thrown), cause == null ? null : copy(cause, causes - 1), thrown.getStackTrace());
        if (causes > 0) {
            for (Throwable suppressed : thrown.getSuppressed()) {
                copy.addSuppressed(copy(suppressed, causes - 1));
            }
        }
        return copy;
    }
}
