// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An exception for the log, whose messages cannot forge a line or move a cursor. Loggers write the messages of an exception and its
 * causes as they are, and peers, listeners and names of others are in them.
 */
public final class LoggedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** More causes and suppressed exceptions are left out. */
    private static final int MOST = 50;

    private LoggedException(String text, StackTraceElement[] stack) {
        super(text);
        setStackTrace(stack);
    }

    /**
     * The same exception if all its messages are safe, else a copy of its text, stack and causes that has safe ones
     * ({@link SafeText#of}).
     */
    public static Throwable of(Throwable thrown) {
        Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(thrown, all);
        boolean safe = all.size() < MOST && all.stream().allMatch(each -> SafeText.isSafe(String.valueOf(each)));
        return safe ? thrown : copy(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** Each once: exceptions may be each other's cause. */
    private static void collect(Throwable thrown, Set<Throwable> all) {
        if (all.size() < MOST && all.add(thrown)) {
            Stream.concat(Stream.ofNullable(thrown.getCause()), Arrays.stream(thrown.getSuppressed()))
                    .forEach(next -> collect(next, all));
        }
    }

    private static LoggedException copy(Throwable thrown, Set<Throwable> copied) {
        LoggedException copy = new LoggedException(SafeText.of(thrown), thrown.getStackTrace());
        copied.add(thrown);
        Throwable cause = thrown.getCause();
        if (cause != null && isNew(cause, copied)) {
            copy.initCause(copy(cause, copied));
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (isNew(suppressed, copied)) {
                copy.addSuppressed(copy(suppressed, copied));
            }
        }
        return copy;
    }

    private static boolean isNew(Throwable thrown, Set<Throwable> copied) {
        return copied.size() < MOST && !copied.contains(thrown);
    }
}
