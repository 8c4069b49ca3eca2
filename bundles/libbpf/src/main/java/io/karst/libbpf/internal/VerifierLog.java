// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.List;

/** Extracts the reason from a verifier's log. */
final class VerifierLog {
    private static final int LINES = 4;

    /** First heading of the report, which explains the lines above it at length. */
    private static final String REPORT = "Reason:";

    private VerifierLog() {}

    /** Joins the last lines, without the report (since Linux 7.3) and the statistics that follow them. */
    static String lastWords(String log) {
        List<String> lines = log.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .filter(line -> !line.startsWith("processed ") && !line.startsWith("verification time"))
                .filter(line -> !line.startsWith("stack depth ") && !line.startsWith("max_states"))
                .toList();
        int report = lines.indexOf(REPORT);
        int end = report > 0 ? report : lines.size();
        return String.join(" | ", lines.subList(Math.max(0, end - LINES), end));
    }
}
