// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and texts: errnos, map types, the verifier's last words, repeated lines. */
class MessagesTest {

    @ParameterizedTest
    @CsvSource({
        "1, EPERM",
        "22, EINVAL",
        "28, ENOSPC",
        "40, ELOOP",
        "95, EOPNOTSUPP",
        "110, ETIMEDOUT",
        "133, EHWPOISON",
        "524, ENOTSUPP",
        "4001, LIBBPF_ERRNO__FORMAT",
        "41, errno 41",
        "0, errno 0",
        "9999, errno 9999"
    })
    void namesErrors(int number, String name) {
        assertThat(Errno.name(number)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"1, hash", "9, lru_hash", "27, ringbuf", "32, cgrp_storage", "33, arena", "35, rhash", "99, type 99"})
    void namesMapTypesBothWays(int number, String name) {
        assertThat(MapTypes.name(number)).isEqualTo(name);
        assertThat(MapTypes.number(name)).isEqualTo(number);
    }

    @Test
    void refusesUnknownTypes() {
        assertThatThrownBy(() -> MapTypes.number("unspec")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MapTypes.number("type x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLastWordsAreTheReasonNotTheStatistics() {
        String log = """
                0: R1=ctx()
                1: (79) r0 = *(u64 *)(r0 +0)
                R0 invalid mem access 'scalar'
                processed 7 insns (limit 1000000) max_states_per_insn 0

                """;
        assertThat(VerifierLog.lastWords(log))
                .isEqualTo("0: R1=ctx() | 1: (79) r0 = *(u64 *)(r0 +0) | R0 invalid mem access 'scalar'");
    }
}
