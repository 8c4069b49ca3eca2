// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfObject;
import java.util.List;
import java.util.function.BiConsumer;

/** Which of the programs with the same body are loaded: one for each tracepoint. */
enum Hook {
    /** BTF tracepoints: the usual ones. */
    TP_BTF("on_contention_begin", "on_contention_end"),
    /** Raw tracepoints, which work where the kernel refuses the others and take test runs. */
    RAW_TP("test_contention_begin", "test_contention_end");

    private final String begin;
    private final String end;

    Hook(String begin, String end) {
        this.begin = begin;
        this.end = end;
    }

    String begin() {
        return begin;
    }

    String end() {
        return end;
    }

    List<String> programs() {
        return List.of(begin, end);
    }

    /**
     * Attaches the end program, then the begin program: an end without a begin is no one's, but a begin without an end would
     * leave a stale note.
     *
     * @param object the loaded programs
     * @param taker gets each program's name and its link, which it has to close, before the next one is attached
     */
    void attach(BpfObject object, BiConsumer<String, BpfLink> taker) {
        taker.accept(end, object.program(end).attach());
        taker.accept(begin, object.program(begin).attach());
    }

    /** By the name of a loaded begin program, of which the kernel keeps 15 characters. */
    static Hook ofBegin(String name) {
        return RAW_TP.begin.startsWith(name) && !name.isEmpty() ? RAW_TP : TP_BTF;
    }
}
