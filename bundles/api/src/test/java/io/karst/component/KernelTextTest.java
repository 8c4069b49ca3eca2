// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTextTest {

    @TempDir
    private Path folder;

    @Test
    void readsAFieldUpToItsZero() {
        ByteBuffer field = ByteBuffer.wrap(new byte[] {'x', 'j', 'a', 'v', 'a', 0, 'y', (byte) 0xc3, (byte) 0xa4, -1});
        assertThat(KernelText.read(field, 1, 6)).isEqualTo("java");
        assertThat(KernelText.read(field, 1, 4)).isEqualTo("java");
        assertThat(KernelText.read(field, 6, 4)).isEqualTo("yä\ufffd");
    }

    @Test
    void readsLinesThatAreNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("maps"), new byte[] {'a', -1, '\n', 'b', '\n'});
        try (BufferedReader lines = KernelText.lines(file)) {
            assertThat(lines.lines()).containsExactly("a\ufffd", "b");
        }
    }

    @Test
    void aPathKeepsItsBytes() {
        byte[] all = new byte[256];
        all[0] = '/';
        for (int i = 1; i < 256; i++) {
            all[i] = (byte) (i == '/' ? 'x' : i);
        }
        assertThat(KernelText.bytes(KernelText.path(all))).isEqualTo(all);
        assertThat(KernelText.path("/sys/fs/bpf".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(Path.of("/sys/fs/bpf"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2f", "2f6100", "61"})
    void onlyAnAbsolutePathWithoutZerosIsAccepted(String hex) {
        byte[] path = HexFormat.of().parseHex(hex);
        if (hex.equals("2f")) {
            assertThat(KernelText.path(path)).isEqualTo(Path.of("/"));
        } else {
            assertThatIllegalArgumentException().isThrownBy(() -> KernelText.path(path));
        }
    }

    @Test
    void theHostsNameIsTheKernels() throws IOException {
        assertThat(KernelText.hostName())
                .contains(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    }

    /** Java decides at start which characters a path may contain, so this takes a virtual machine of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void workWithEveryLocale(String locale) throws Exception {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                InALocale.class.getName(),
                Files.createDirectory(folder.resolve("names")).toString(),
                folder.resolve("found").toString());
        java.environment().put("LC_ALL", locale);
        Process process = java.redirectErrorStream(true).start();
        String failure = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(failure).isEmpty();
        assertThat(folder.resolve("found")).hasContent("ä\ufffd");
    }

    /** Makes a directory with a name that is in no character set, and finds it again. */
    static final class InALocale {
        public static void main(String[] arguments) throws IOException {
            byte[] parent = KernelText.bytes(Path.of(arguments[0]));
            byte[] name = {'/', (byte) 0xc3, (byte) 0xa4, (byte) 0xff};
            byte[] whole = ByteBuffer.allocate(parent.length + name.length)
                    .put(parent)
                    .put(name)
                    .array();
            Files.createDirectory(KernelText.path(whole));
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(arguments[0]))) {
                List<String> found = new ArrayList<>();
                entries.forEach(entry -> found.add(KernelText.of(entry).substring(arguments[0].length() + 1)));
                Files.write(Path.of(arguments[1]), found);
            }
        }
    }
}
