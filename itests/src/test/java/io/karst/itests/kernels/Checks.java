// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.PrintStream;
import java.util.Optional;

/** Prints what the host reads from the guest's console: one line per check, all else as notes. */
final class Checks {
    private final PrintStream console;

    Checks(PrintStream console) {
        this.console = console;
    }

    /** A check that held or not; the host fails the kernel's row when one did not. */
    void report(String check, boolean held, String detail) {
        console.println("karst-check " + check + (held ? " OK: " : " FAILED: ") + detail.replace('\n', ' '));
        console.flush();
    }

    /** For whoever reads the log. */
    void note(String text) {
        console.println("karst-note " + text);
        console.flush();
    }

    /** A failed test with its trace. */
    void failure(String test, Optional<Throwable> cause) {
        note("failed " + test);
        cause.ifPresent(thrown -> thrown.printStackTrace(console));
        console.flush();
    }
}
