// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfObject;
import java.util.List;

/** Which of the programs with the same body are loaded: one per tracepoint. */
enum ProgramSet {
    /** BTF tracepoints, the default. */
    TP_BTF("on_contention_begin", "on_contention_end"),
    /** Raw tracepoints: for kernels that refuse BTF tracepoints, and for test runs. */
    RAW_TP("test_contention_begin", "test_contention_end");

    private final String begin;
    private final String end;

    ProgramSet(String begin, String end) {
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
     * End program. It is attached first: an end without a begin is ignored, but a begin without an end would leave a
     * stale wait.
     */
    BpfLink attachEnd(BpfObject object) {
        return object.program(end).attach();
    }

    BpfLink attachBegin(BpfObject object) {
        return object.program(begin).attach();
    }

    /** Finds a set by the name of its loaded begin program, of which the kernel keeps 15 characters. */
    static ProgramSet ofBegin(String name) {
        return RAW_TP.begin.startsWith(name) && !name.isEmpty() ? RAW_TP : TP_BTF;
    }
}
