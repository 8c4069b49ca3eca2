// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

class PinLocationTest {
    @Test
    void aRefusedPathLeavesTheDefault() {
        BundleContext context = (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, given) -> "/");

        assertThat(PinLocation.orDefault(true, "/tmp", "here", context).root())
                .isEqualTo(Path.of(PinLocation.DEFAULT_ROOT));
        assertThat(PinLocation.orDefault(true, "/sys/fs/bpf/mine", "here", context)
                        .directory())
                .isEqualTo(Path.of("/sys/fs/bpf/mine/here"));
    }

    @TempDir
    private Path directory = Path.of("");

    @Test
    void instancesDifferByTheirHome() throws IOException {
        Path one = Files.createDirectories(directory.resolve("one/My Karaf.4"));
        Path two = Files.createDirectories(directory.resolve("two/My Karaf.4"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), one);
        PinLocation first = PinLocation.of(true, PinLocation.DEFAULT_ROOT, "", one);
        assertThat(first.instance()).matches("my_karaf_4-[0-9a-f]{12}");
        assertThat(PinLocation.of(true, PinLocation.DEFAULT_ROOT, "", one)).isEqualTo(first);
        assertThat(PinLocation.of(true, PinLocation.DEFAULT_ROOT, "", link)).isEqualTo(first);
        assertThat(PinLocation.of(true, PinLocation.DEFAULT_ROOT, "", two)).isNotEqualTo(first);
        assertThat(PinLocation.of(true, "/a/b", "mine", one).directory()).isEqualTo(Path.of("/a/b/mine"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.b",
                "a/b",
                "..",
                "ä",
                "a b",
                "01234567890123456789012345678901234567890123456789012345678901234"
            })
    void refusesNamesThatAPinCannotHave(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PinLocation.of(true, PinLocation.DEFAULT_ROOT, name, directory))
                .withMessageContaining("pin.instance");
    }

    @ParameterizedTest
    @ValueSource(strings = {"karst", "/", "/sys", "/sys/fs/../fs/bpf"})
    void refusesPathsThatAreNone(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PinLocation.of(true, path, "a", directory))
                .withMessageContaining("pin.path");
    }

    @Test
    void outsideABpfFileSystemNothingIsPinned() throws IOException {
        PinLocation location = PinLocation.of(true, directory.resolve("pins").toString(), "a", directory);
        assertThat(PinDirectory.open(location))
                .isInstanceOfSatisfying(
                        PinDirectory.Unavailable.class,
                        unavailable ->
                                assertThat(unavailable.reason()).contains("not on a BPF file system", "mount -t bpf"));
        assertThat(directory).isEmptyDirectory();
        assertThat(PinDirectory.remove(location)).isZero();
        assertThat(PinDirectory.instances(location.root())).isEmpty();
    }
}
