// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpackerTest {
    private static final byte[] CONTENT = "kernel program".getBytes(StandardCharsets.UTF_8);

    private final Unpacker unpacker = new Unpacker(new PlainFiles(), Unpacker.MAX_BYTES);

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void unpacks(String name, byte[] packed) throws IOException {
        assertThat(unpacker.unpack(name, packed)).isEqualTo(CONTENT);
    }

    static Stream<Arguments> unpacks() throws IOException {
        return Stream.of(
                Arguments.of("a.bpf.o", CONTENT),
                Arguments.of("a.bpf.o.gz", Samples.gz(CONTENT)),
                Arguments.of("a.bpf.o.xz", Samples.xz(CONTENT)),
                Arguments.of("r.btf.tar.xz", Samples.xz(Samples.tar("r.btf", CONTENT))));
    }

    @ParameterizedTest(name = "{0} at the limit")
    @MethodSource("bombs")
    void stopsBombsAtTheLimit(String name, byte[] packed) {
        assertThatIOException()
                .isThrownBy(() -> new Unpacker(new PlainFiles(), 1 << 20).unpack(name, packed))
                .withMessageContaining(name)
                .withMessageContaining("larger than 1048576 bytes");
    }

    static Stream<Arguments> bombs() throws IOException {
        byte[] zeros = new byte[(1 << 20) + 1];
        return Stream.of(
                Arguments.of("bomb.bpf.o.gz", Samples.gz(zeros)),
                Arguments.of("bomb.bpf.o.xz", Samples.xz(zeros)),
                Arguments.of("bomb.btf.tar.xz", Samples.xz(Samples.tar("a.btf", zeros))),
                Arguments.of("bomb-before.btf.tar.xz", Samples.xz(Samples.tar("a.txt", zeros))));
    }

    @Test
    void takesExactlyTheLimit() throws IOException {
        assertThat(new Unpacker(new PlainFiles(), 1 << 20).unpack("a.gz", Samples.gz(new byte[1 << 20])))
                .hasSize(1 << 20);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void refusesDamage(String name, byte[] packed, String message) {
        assertThatIOException()
                .isThrownBy(() -> unpacker.unpack(name, packed))
                .withMessageStartingWith(name + " cannot be unpacked: ")
                .withMessageContaining(message);
    }

    static Stream<Arguments> refusesDamage() throws IOException {
        byte[] tar = Samples.tar("a.btf", new byte[5000]);
        byte[] wrongSum = tar.clone();
        wrongSum[0] = 'b';
        byte[] notOctal = tar.clone();
        notOctal[130] = '9';
        return Stream.of(
                Arguments.of("plain.gz", CONTENT, "GZIP"),
                Arguments.of("cut.gz", Arrays.copyOf(Samples.gz(CONTENT), 20), ""),
                Arguments.of("plain.xz", CONTENT, "XZ"),
                Arguments.of("cut.xz", Arrays.copyOf(Samples.xz(CONTENT), 40), ""),
                Arguments.of("no-tar.tar.xz", Samples.xz(new byte[10]), "ends inside a header"),
                Arguments.of("other.tar.xz", Samples.xz(Samples.tar("readme", CONTENT)), "holds no .btf file"),
                Arguments.of("sum.tar.xz", Samples.xz(wrongSum), "wrong header checksum"),
                Arguments.of("octal.tar.xz", Samples.xz(notOctal), "octal"),
                Arguments.of("short.tar.xz", Samples.xz(Arrays.copyOf(tar, 2000)), "ends inside a.btf"));
    }

    @Test
    void readsWhatTarWrites() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("a-directory-before-it"));
        Files.writeString(directory.resolve("notes"), "x".repeat(700));
        Files.write(folder.resolve("5.4.0-1.el8.x86_64.btf"), CONTENT);
        Process tar = new ProcessBuilder(
                        "tar", "cJf", "a.btf.tar.xz", directory.getFileName().toString(), "5.4.0-1.el8.x86_64.btf")
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        byte[] packed = Files.readAllBytes(folder.resolve("a.btf.tar.xz"));
        assertThat(unpacker.unpack("a.btf.tar.xz", packed)).isEqualTo(CONTENT);
    }
}
