// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class LoggedExceptionTest {
    private static final String FORGED = "no such file\n2026-01-01 INFO all is well \u001b[2J\u202e";

    @Test
    void aSafeExceptionStaysWhatItIs() {
        Exception safe = new IOException("no such file", new IllegalStateException());

        assertThat(LoggedException.of(safe)).isSameAs(safe);
    }

    @Test
    void messagesOfCausesAndSuppressedExceptionsAreMadeSafe() {
        IOException thrown = new IOException("cannot read", new IllegalStateException(FORGED));
        thrown.addSuppressed(new IOException(FORGED));

        String log = stack(LoggedException.of(thrown));

        assertThat(log)
                .contains("java.io.IOException: cannot read")
                .contains("java.lang.IllegalStateException: no such file?2026-01-01 INFO all is well ?[2J?")
                .doesNotContain(FORGED);
        assertThat(log.lines()).noneMatch(line -> line.startsWith("2026"));
        assertThat(log).contains("\tat " + LoggedExceptionTest.class.getName() + ".messagesOf");
    }

    @Test
    void exceptionsThatCauseEachOtherEnd() {
        IOException one = new IOException(FORGED);
        IllegalStateException other = new IllegalStateException("caused", one);
        one.initCause(other);

        assertThat(stack(LoggedException.of(other))).doesNotContain(FORGED);
    }

    /** A chain of causes that each suppress the first one: without a limit for all together, that many times two. */
    @Test
    void manyExceptionsAreCutOff() {
        Exception first = new IOException(FORGED);
        Exception last = first;
        for (int i = 0; i < 1_000; i++) {
            last = new IOException("number " + i, last);
            last.addSuppressed(first);
            first.addSuppressed(last);
        }

        String log = stack(LoggedException.of(last));

        assertThat(log).contains("number 999").doesNotContain(FORGED, "number 900");
    }

    private static String stack(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
