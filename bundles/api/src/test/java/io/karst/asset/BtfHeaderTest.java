// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BtfHeaderTest {

    @Test
    void readsTheSections() throws IOException {
        byte[] btf = btf(ByteOrder.nativeOrder());
        assertThat(BtfHeader.read("a.btf", btf, btf.length)).isEqualTo(new BtfHeader(24, 36, 36, 37));
    }

    @Test
    void needsNoMoreThanTheStartOfTheFile() throws IOException {
        byte[] btf = btf(ByteOrder.nativeOrder());
        byte[] start = Arrays.copyOf(btf, BtfHeader.BYTES);
        assertThat(BtfHeader.read("a.btf", start, btf.length).namesEnd()).isEqualTo(btf.length);
        assertThatIOException()
                .isThrownBy(() -> BtfHeader.read("a.btf", start, start.length))
                .withMessage("a.btf is truncated BTF: 24 bytes of at least 37");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refuses(String fault, byte[] file, String message) {
        assertThatIOException()
                .isThrownBy(() -> BtfHeader.read("a.btf", file, file.length))
                .withMessageStartingWith("a.btf is ")
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }

    static Stream<Arguments> refuses() {
        byte[] btf = btf(ByteOrder.nativeOrder());
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return Stream.of(
                Arguments.of("empty", new byte[0], "0 bytes are less than a header"),
                Arguments.of("truncated header", Arrays.copyOf(btf, 23), "23 bytes are less"),
                Arguments.of("truncated content", Arrays.copyOf(btf, 36), "truncated BTF: 36 bytes of at least 37"),
                Arguments.of("other byte order", btf(other), "the other byte order"),
                Arguments.of(
                        "something else",
                        "#!/bin/sh\necho something else\n".getBytes(StandardCharsets.UTF_8),
                        "no BTF: it starts with 0x"),
                Arguments.of(
                        "ELF", changed(file -> file.order(ByteOrder.BIG_ENDIAN).putInt(0, 0x7f454c46)), "ELF file"),
                Arguments.of("version of the future", changed(file -> file.put(2, (byte) 2)), "unknown version 2"),
                Arguments.of("no types", changed(file -> file.putInt(12, 0)), "damaged BTF"),
                Arguments.of("no names", changed(file -> file.putInt(20, 0)), "damaged BTF"),
                Arguments.of("header shorter than itself", changed(file -> file.putInt(4, 8)), "damaged BTF"),
                Arguments.of("types far away", changed(file -> file.putInt(8, -1)), "truncated BTF"),
                Arguments.of("length near 2^32", changed(file -> file.putInt(20, -1)), "truncated BTF"));
    }

    private static byte[] changed(Consumer<ByteBuffer> change) {
        byte[] file = btf(ByteOrder.nativeOrder());
        change.accept(ByteBuffer.wrap(file).order(ByteOrder.nativeOrder()));
        return file;
    }

    /** Smallest BTF: a header, 12 bytes of types, 1 byte of names. */
    private static byte[] btf(ByteOrder order) {
        return ByteBuffer.allocate(BtfHeader.BYTES + 13)
                .order(order)
                .putShort((short) 0xeb9f)
                .put((byte) 1)
                .put((byte) 0)
                .putInt(BtfHeader.BYTES)
                .putInt(0)
                .putInt(12)
                .putInt(12)
                .putInt(1)
                .array();
    }
}
