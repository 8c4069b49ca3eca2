// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.List;

/** Extracts the reason from a verifier's log. */
final class VerifierLog {
    private static final int LINES = 4;

    private VerifierLog() {}

    /** Joins the last lines, without the statistics that follow them. */
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
