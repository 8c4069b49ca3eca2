// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.component.KernelText;
import io.karst.resource.BlindSpot;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapPinScannerTest {

    private final List<BlindSpot> unnamed = new ArrayList<>();

    @Test
    void findsBpfMounts() {
        assertThat(mounts(
                        "23 1 0:21 / /sys rw - sysfs sysfs rw",
                        "42 23 0:39 / /sys/fs/bpf rw,relatime shared:7 - bpf bpf rw,mode=700",
                        "43 23 0:40 / /run/my\\040own\\134bpf rw - bpf none rw",
                        "44 23 0:41 / /bpf rw - tmpfs bpf rw",
                        "",
                        "nonsense - bpf"))
                .containsExactly(Path.of("/sys/fs/bpf"), Path.of("/run/my own\\bpf"));
        assertThat(unnamed).isEmpty();
    }

    @Test
    void oneMountThatCannotBeNamedIsOneBlindSpot() {
        assertThat(mounts(
                        "43 23 0:40 / /run/bad\\999 rw - bpf none rw",
                        "44 23 0:40 / (unreachable)/x rw - bpf none rw",
                        "45 23 0:40 / /run/\u00c3\u00a4\u00ff rw - bpf none rw",
                        "42 23 0:39 / /sys/fs/bpf rw,relatime shared:7 - bpf bpf rw,mode=700"))
                .extracting(KernelText::of)
                .containsExactly("/run/ä\ufffd", "/sys/fs/bpf");
        assertThat(unnamed).extracting(BlindSpot::subject).containsExactly("/run/bad\\999", "(unreachable)/x");
        assertThat(unnamed).allSatisfy(spot -> assertThat(spot.text()).endsWith("it cannot be named"));
    }

    private Set<Path> mounts(String... lines) {
        return MapPinScanner.bpfMounts(String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1), unnamed);
    }

    /** A file system of another mount namespace cannot be walked, and pins that were not looked for are not "none". */
    @ParameterizedTest
    @CsvSource({
        "mnt:[1], mnt:[1], pid:[4026531836], ''",
        "mnt:[4026531832], '', pid:[4026531836], ''",
        "mnt:[2], mnt:[1], pid:[4026531836], only pins on file systems of this mount namespace are seen",
        "mnt:[1], mnt:[1], pid:[4026532001], only pins on file systems of this mount namespace are seen",
        "mnt:[1], '', pid:[4026531836], pins may be missing"
    })
    void saysWhetherItSeesAllMounts(String self, String first, String pid, String expected, @TempDir Path proc)
            throws IOException {
        link(proc, "self/ns/mnt", self);
        link(proc, "self/ns/pid", pid);
        if (!first.isEmpty()) {
            link(proc, "1/ns/mnt", first);
        }

        assertThat(new MapPinScanner(NO_MAP, proc).hidden().orElse("")).startsWith(expected);
        assertThat(new MapPinScanner(NO_MAP, proc).hidden().isEmpty()).isEqualTo(expected.isEmpty());
    }

    @Test
    void directoriesThatAreTooDeepAreABlindSpot(@TempDir Path proc) throws IOException {
        Path mount = Files.createDirectory(proc.resolve("bpf"));
        Path deepest = mount;
        for (int depth = 1; depth <= 16; depth++) {
            deepest = Files.createDirectory(deepest.resolve("d"));
        }
        Files.createFile(deepest.resolve("pin"));
        link(proc, "self/ns/mnt", "mnt:[1]");
        link(proc, "1/ns/mnt", "mnt:[1]");
        link(proc, "self/ns/pid", "pid:[4026531836]");
        Files.writeString(proc.resolve("self/mountinfo"), "42 23 0:39 / " + mount + " rw - bpf bpf rw\n");
        List<BlindSpot> blindSpots = new ArrayList<>();

        assertThat(new MapPinScanner(NO_MAP, proc).read(blindSpots)).isEmpty();

        assertThat(blindSpots).singleElement().satisfies(spot -> {
            assertThat(spot.kind()).isEqualTo(BlindSpot.Kind.PINS);
            assertThat(spot.text())
                    .startsWith("1 pins or directories below " + mount + " could not be read")
                    .endsWith("is more than 16 directories deep");
        });
    }

    /** No pin is a map. */
    private static final Bpf NO_MAP = (Bpf) Proxy.newProxyInstance(
            Bpf.class.getClassLoader(), new Class<?>[] {Bpf.class}, (proxy, method, arguments) -> {
                throw new BpfException("EINVAL", method.getName());
            });

    private static void link(Path root, String name, String target) throws IOException {
        Path link = root.resolve(name);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of(target));
    }
}
