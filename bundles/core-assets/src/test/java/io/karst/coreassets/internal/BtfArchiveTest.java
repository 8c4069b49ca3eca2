// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.karst.coreassets.internal.BtfArchive.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BtfArchiveTest {
    private static final String EL7 = "3.10.0-1160.el7.x86_64";

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void chooses(String rule, Host host, List<String> there, String expected) throws IOException {
        fill(there);
        assertThat(new BtfArchive(folder).choose(host)).contains(folder.resolve(expected));
    }

    static Stream<Arguments> chooses() {
        return Stream.of(
                Arguments.of(
                        "distro, version, arch",
                        new Host("debian", "12", "x86_64", "6.1.0-9-amd64"),
                        List.of(
                                "debian/12/x86_64/6.1.0-9-amd64",
                                "debian/12/arm64/6.1.0-9-amd64",
                                "ubuntu/6.1.0-9-amd64"),
                        "debian/12/x86_64/6.1.0-9-amd64.btf.tar.xz"),
                Arguments.of(
                        "arm64 is the archive's name of aarch64",
                        new Host("debian", "12", "aarch64", "6.1.0-9-arm64"),
                        List.of("debian/12/arm64/6.1.0-9-arm64", "ubuntu/6.1.0-9-arm64"),
                        "debian/12/arm64/6.1.0-9-arm64.btf.tar.xz"),
                Arguments.of(
                        "version's first number",
                        new Host("rhel", "8.4", "x86_64", "4.18.0-305.el8.x86_64"),
                        List.of("rhel/8/4.18.0-305.el8.x86_64", "centos/8/4.18.0-305.el8.x86_64"),
                        "rhel/8/4.18.0-305.el8.x86_64.btf.tar.xz"),
                Arguments.of(
                        "distro alone",
                        new Host("alpine", "", "x86_64", "5.10.1-lts"),
                        List.of("alpine/5.10.1-lts", "other/5.10.1-lts"),
                        "alpine/5.10.1-lts.btf.tar.xz"),
                Arguments.of(
                        "the only one of that release, whoever packed it",
                        new Host("minimal", "1", "x86_64", EL7),
                        List.of("centos/7/x86_64/" + EL7, "centos/7/x86_64/3.10.0-1.el7.x86_64"),
                        "centos/7/x86_64/" + EL7 + ".btf.tar.xz"),
                Arguments.of(
                        "another architecture's does not count",
                        new Host("minimal", "1", "x86_64", "5.4.1"),
                        List.of("fedora/29/arm64/5.4.1", "amzn/2/x86_64/5.4.1"),
                        "amzn/2/x86_64/5.4.1.btf.tar.xz"),
                Arguments.of(
                        "el7 is of the Red Hat family",
                        new Host("minimal", "1", "x86_64", EL7),
                        List.of("centos/7/" + EL7, "fedora/7/" + EL7),
                        "centos/7/" + EL7 + ".btf.tar.xz"),
                Arguments.of(
                        "fc29 is fedora 29",
                        new Host("minimal", "1", "x86_64", "5.0.1-1.fc29.x86_64"),
                        List.of("fedora/28/5.0.1-1.fc29.x86_64", "fedora/29/5.0.1-1.fc29.x86_64"),
                        "fedora/29/5.0.1-1.fc29.x86_64.btf.tar.xz"),
                Arguments.of(
                        "-generic is ubuntu",
                        new Host("minimal", "1", "x86_64", "5.4.0-1-generic"),
                        List.of("ubuntu/20.04/x86_64/5.4.0-1-generic", "debian/10/x86_64/5.4.0-1-generic"),
                        "ubuntu/20.04/x86_64/5.4.0-1-generic.btf.tar.xz"));
    }

    @Test
    void namesTheCandidatesWhenSeveralFit() throws IOException {
        fill(List.of("centos/7/" + EL7, "rhel/7/" + EL7, "fedora/7/" + EL7));
        Host host = new Host("minimal", "1", "x86_64", EL7);
        assertThatIOException()
                .isThrownBy(() -> new BtfArchive(folder).choose(host))
                .withMessageContaining(EL7)
                .withMessageContaining("centos/7/" + EL7 + ".btf.tar.xz, rhel/7/" + EL7 + ".btf.tar.xz")
                .withMessageNotContaining("fedora");
    }

    @Test
    void hasNothingForAnotherRelease() throws IOException {
        fill(List.of("debian/12/x86_64/6.1.0-8-amd64"));
        assertThat(new BtfArchive(folder).choose(new Host("debian", "12", "x86_64", "6.1.0-9-amd64")))
                .isEmpty();
    }

    @Test
    void refusesAReleaseThatIsAPath() {
        assertThatIOException()
                .isThrownBy(() -> new BtfArchive(folder).choose(new Host("debian", "12", "x86_64", "../../x")))
                .withMessageContaining("is no file name");
    }

    @Test
    void saysThatTheDirectoryIsMissing() {
        assertThatIOException()
                .isThrownBy(() -> new BtfArchive(folder.resolve("none")).choose(new Host("", "", "x86_64", "6.1")))
                .withMessageContaining("none");
    }

    @Test
    void readsTheHost() throws IOException {
        Path os = Files.writeString(folder.resolve("os"), "NAME=\"X\"\nID=\"rhel\"\nVERSION_ID=\"8.4\"\n");
        Path release = Files.writeString(folder.resolve("release"), EL7 + "\n");
        Host host = Host.read(os, release, "amd64");
        assertThat(host).isEqualTo(new Host("rhel", "8.4", "x86_64", EL7));
        assertThat(host.versionNames()).containsExactly("8.4", "8");
        assertThat(Host.read(folder.resolve("none"), release, "aarch64")).isEqualTo(new Host("", "", "aarch64", EL7));
    }

    private void fill(List<String> names) throws IOException {
        for (String name : names) {
            Path file = folder.resolve(name + ".btf.tar.xz");
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
    }
}
