// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BtfCheckTest {

    @Test
    void acceptsBtf() throws IOException {
        byte[] btf = Samples.btf();
        BtfCheck.require("a.btf", btf, btf.length);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String fault, byte[] file, String message) {
        assertThatIOException()
                .isThrownBy(() -> BtfCheck.require("a.btf", file, file.length))
                .withMessageStartingWith("a.btf is ")
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }

    static Stream<Arguments> refuses() {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return Stream.of(
                Arguments.of("empty", new byte[0], "0 bytes are less than a header"),
                Arguments.of("truncated header", Arrays.copyOf(Samples.btf(), 23), "23 bytes are less"),
                Arguments.of(
                        "truncated content",
                        Arrays.copyOf(Samples.btf(), 36),
                        "truncated BTF: 36 bytes of at least 37"),
                Arguments.of("other byte order", Samples.btf(other), "the other byte order"),
                Arguments.of(
                        "something else",
                        "#!/bin/sh\necho something else\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "no BTF: it starts with 0x"),
                Arguments.of(
                        "ELF", changed(file -> file.order(ByteOrder.BIG_ENDIAN).putInt(0, 0x7f454c46)), "ELF file"),
                Arguments.of("version of the future", changed(file -> file.put(2, (byte) 2)), "unknown version 2"),
                Arguments.of("no types", changed(file -> file.putInt(12, 0)), "damaged BTF"),
                Arguments.of("header shorter than itself", changed(file -> file.putInt(4, 8)), "damaged BTF"),
                Arguments.of("length near 2^32", changed(file -> file.putInt(20, -1)), "truncated BTF"));
    }

    private static byte[] changed(Consumer<ByteBuffer> change) {
        byte[] file = Samples.btf();
        change.accept(ByteBuffer.wrap(file).order(ByteOrder.nativeOrder()));
        return file;
    }
}
