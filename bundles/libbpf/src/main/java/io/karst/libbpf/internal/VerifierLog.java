// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.List;

/** The part of a verifier's log that says why. */
final class VerifierLog {
    private static final int LINES = 4;

    private VerifierLog() {}

    /** The last lines in one, without the statistics that the kernel puts behind them. */
    static String lastWords(String log) {
        List<String> lines = log.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .filter(line -> !line.startsWith("processed ") && !line.startsWith("verification time"))
                .filter(line -> !line.startsWith("stack depth ") && !line.startsWith("max_states"))
                .toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }
}
