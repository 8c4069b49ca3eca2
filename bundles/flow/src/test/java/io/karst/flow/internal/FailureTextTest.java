// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTextTest {

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void findsTheLine(String name, String trace, String expected) {
        assertThat(FailureText.firstLine(trace)).isEqualTo(expected);
    }

    static Stream<Arguments> findsTheLine() {
        return Stream.of(
                Arguments.of(
                        "the message without its class",
                        "io.karst.bpf.BpfException: missing capability CAP_BPF\n\tat a.B.c(B.java:1)\n",
                        "missing capability CAP_BPF"),
                Arguments.of("the cause of a wrapped one", """
                        java.lang.reflect.InvocationTargetException
                        \tat a.B.c(B.java:1)
                        Caused by: io.karst.asset.AssetException: x.bpf.o: truncated
                        more
                        Caused by: java.io.EOFException
                        """, "x.bpf.o: truncated"),
                Arguments.of(
                        "only the first line of several",
                        "io.karst.bpf.BpfException: bpf_object__load(x) failed\nlast lines of the log\n",
                        "bpf_object__load(x) failed"),
                Arguments.of(
                        "the class if there is no message",
                        "java.lang.NullPointerException\n\tat a.B.c(B.java:1)\n",
                        "java.lang.NullPointerException"),
                Arguments.of("something for nothing", "", "no reason given"));
    }
}
