// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import java.util.List;

/**
 * Which of the programs with the same body are loaded. Of each tracepoint's two, the second handles the events for which the
 * kernel skipped the first; it is attached after it.
 */
enum Hook {
    /** BTF tracepoints: the usual ones. */
    TP_BTF("on_contention_begin", "on_skipped_begin", "on_contention_end", "on_skipped_end"),
    /** Raw tracepoints, which work where the kernel refuses the others and take test runs. */
    RAW_TP("test_contention_begin", "test_skipped_begin", "test_contention_end", "test_skipped_end");

    private final String begin;
    private final String skippedBegin;
    private final String end;
    private final String skippedEnd;

    Hook(String begin, String skippedBegin, String end, String skippedEnd) {
        this.begin = begin;
        this.skippedBegin = skippedBegin;
        this.end = end;
        this.skippedEnd = skippedEnd;
    }

    String begin() {
        return begin;
    }

    String skippedBegin() {
        return skippedBegin;
    }

    String end() {
        return end;
    }

    String skippedEnd() {
        return skippedEnd;
    }

    List<String> programs() {
        return List.of(begin, skippedBegin, end, skippedEnd);
    }

    /** By the name of a loaded begin program, of which the kernel keeps 15 characters. */
    static Hook ofBegin(String name) {
        return RAW_TP.begin.startsWith(name) && !name.isEmpty() ? RAW_TP : TP_BTF;
    }
}
