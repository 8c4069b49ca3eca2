// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.bpf.BpfException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ElfCheckTest {

    @Test
    void takesAWholeObject() {
        assertThatCode(() -> ElfCheck.check(ByteBuffer.wrap(TestObjects.bytes("sample")), "sample"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refusesWithOneClearLine(String name, UnaryOperator<byte[]> damage, String message) {
        byte[] damaged = damage.apply(TestObjects.bytes("sample"));
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> ElfCheck.check(ByteBuffer.wrap(damaged), "sample"))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                .withMessageStartingWith("sample is no BPF object: ")
                .withMessageContaining(message);
    }

    static Stream<Arguments> refusesWithOneClearLine() {
        return Stream.of(
                row("nothing at all", b -> new byte[0], "its 0 bytes are less than an ELF header"),
                row(
                        "a text file",
                        b -> "#!/bin/sh\n".repeat(10).getBytes(StandardCharsets.UTF_8),
                        "begin with an ELF header"),
                row("32-bit", b -> with(b, 4, 1), "not 64-bit"),
                row("the other byte order", b -> with(b, 5, 2), "its byte order is not this machine's"),
                row("an x86 program", b -> with(b, 18, 62), "it is for machine 62, not BPF (247)"),
                row("an executable", b -> with(b, 16, 2), "its ELF type is 2, not relocatable"),
                row("cut in half", b -> Arrays.copyOf(b, b.length / 2), "it is truncated"),
                row("without its last byte", b -> Arrays.copyOf(b, b.length - 1), "it is truncated"),
                row("no sections", b -> with(with(b, 60, 0), 61, 0), "it has no section table"),
                row("section table far away", b -> with(b, 46, 0x7f), "it is truncated"),
                row("negative section table", b -> with(b, 47, 0x80), "it is truncated"),
                row("names beyond the table", b -> with(b, 63, 0x70), "its section names are missing"));
    }

    private static Arguments row(String name, UnaryOperator<byte[]> damage, String message) {
        return Arguments.of(name, damage, message);
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    /** Whatever a section header says, the check ends with an answer, never with an index out of bounds. */
    @Test
    void survivesEveryDamagedByteOfTheTable() {
        byte[] whole = TestObjects.bytes("refused");
        int table = (int) ByteBuffer.wrap(whole).order(ByteOrder.nativeOrder()).getLong(40);
        for (int at = 0; at < whole.length; at = at == 63 ? table : at + 1) {
            byte[] damaged = with(whole, at, whole[at] ^ 0xff);
            try {
                ElfCheck.check(ByteBuffer.wrap(damaged), "refused");
            } catch (BpfException e) {
                assertThat(e.errorName()).isEqualTo("ENOEXEC");
            }
        }
    }
}
