// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VerifierLogTest {
    private static final String REASON = """
            6: (85) call bpf_map_lookup_elem#1    ; R0=map_value_or_null(id=1,map=numbers,ks=4,vs=8)
            ; return *value; @ refused.bpf.c:21
            7: (79) r0 = *(u64 *)(r0 +0)
            R0 invalid mem access 'map_value_or_null'
            """;
    private static final String STATISTICS =
            "processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";

    @Test
    void statisticsAreLeftOut() {
        assertThat(VerifierLog.lastWords(REASON + STATISTICS))
                .startsWith("6: (85) call")
                .endsWith(" | 7: (79) r0 = *(u64 *)(r0 +0) | R0 invalid mem access 'map_value_or_null'");
    }

    /** As Linux 7.3.4 writes it, shortened. */
    @Test
    void aReportDoesNotReplaceTheReason() {
        String report = """

                Verification failed: Register Type Safety: Invalid dereference

                Reason:
                  R0 may be NULL here (a nullable map value pointer).

                At:
                  reads_null @ refused.bpf.c:21:9
                  Instruction context:
                  >>> 7 | (79) r0 = *(u64 *)(r0 +0)
                      8 | (95) exit

                Suggestion:
                  Add a NULL check before the access and dereference the pointer only on the non-NULL path.

                """;
        assertThat(VerifierLog.lastWords(REASON + report + STATISTICS))
                .endsWith("R0 invalid mem access 'map_value_or_null'"
                        + " | Verification failed: Register Type Safety: Invalid dereference");
    }

    @Test
    void aReportAloneIsBetterThanNothing() {
        assertThat(VerifierLog.lastWords("Reason:\n  R0 may be NULL here.\n" + STATISTICS))
                .isEqualTo("Reason: | R0 may be NULL here.");
    }
}
