// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.ability.Answer;
import io.karst.bpf.BpfException;
import io.karst.libbpf.internal.Capabilities.Capability;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LibraryTest {

    @Test
    void aMissingLibraryNamesThePackage() {
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> NativeLibraries.load("libbpf_not_there.so.1"))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                .withMessageStartingWith("libbpf_not_there.so.1 is not installed: install the package libbpf1");
    }

    /** Another library stands in for a libbpf that lacks functions. */
    @Test
    void aForeignLibraryIsRefusedInOneLine() {
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> NativeLibraries.load("libm.so.6"))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                .withMessageStartingWith("libm.so.6 is no libbpf or one before 1.0")
                .withMessageContaining("upgrade the package libbpf1");
    }

    @ParameterizedTest
    @CsvSource({"0, 8", "1, 0"})
    void anOldLibraryIsRefusedWithBothVersions(int major, int minor) {
        LibBpf old = (LibBpf) Proxy.newProxyInstance(
                LibBpf.class.getClassLoader(),
                new Class<?>[] {LibBpf.class},
                (proxy, method, arguments) -> method.getName().equals("libbpf_major_version") ? major : minor);
        assertThat(NativeLibraries.tooOld(old, NativeLibraries.LIBBPF)
                        .orElseThrow()
                        .exception())
                .hasMessageContaining("is version " + major + "." + minor + ": 1.1 or later is needed");
    }

    @Test
    void missingCapabilitiesAreNamed(@TempDir Path folder) throws IOException {
        Path self = Files.createDirectory(folder.resolve("self"));
        Files.writeString(self.resolve("status"), "Name:\tjava\nUid:\t7\t7\t7\t7\nCapEff:\t0000004000000000\n");
        NativeLibraries natives = NativeLibraries.load(NativeLibraries.LIBBPF);
        Credentials none = new Credentials(Optional.of(new Capabilities(0)), Answer.NO, Answer.YES);
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> new NativeBpf(natives, Credentials.of(folder), 1 << 20))
                .withMessageStartingWith(
                        "missing capability CAP_BPF and CAP_SYS_ADMIN: run Karaf as root or grant it (systemd: ");
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> new NativeBpf(natives, none, 1 << 20))
                .withMessageStartingWith("missing capability CAP_BPF and CAP_PERFMON and CAP_SYS_ADMIN: run");
    }

    @Test
    void rootThatLacksACapabilityIsNotToldToBecomeRoot() {
        Credentials root = new Credentials(Optional.of(new Capabilities(1L << 39 | 1L << 38)), Answer.YES, Answer.YES);

        assertThat(root.obstacle().orElseThrow().exception())
                .hasMessageStartingWith("missing capability CAP_SYS_ADMIN: root lacks it here")
                .hasMessageContaining("--cap-add SYS_ADMIN");
    }

    /** The kernel decides then; a refusal names the call. */
    @Test
    void capabilitiesThatAreNotKnownAreNoObstacle(@TempDir Path empty) {
        assertThat(Credentials.of(empty).obstacle()).isEmpty();
    }

    /** The kernel lets maps, programs and BTF objects be opened by id with CAP_SYS_ADMIN only, and stage 1 does that. */
    @Test
    void sysAdminStandsForBpfAndPerfmonAndIsNeededBesideThem() {
        assertThat(new Capabilities(1L << 21).missing()).isEmpty();
        assertThat(new Capabilities(1L << 39 | 1L << 38).missing()).containsExactly(Capability.CAP_SYS_ADMIN);
        assertThat(new Capabilities(1L << 39).missing())
                .containsExactly(Capability.CAP_PERFMON, Capability.CAP_SYS_ADMIN);
    }

    @Test
    @Tag("kernel")
    void tellsTheVersionWithAllItsNumbers() {
        try (NativeBpf bpf = new NativeBpf()) {
            assertThat(NativeLibraries.load(NativeLibraries.LIBBPF).version()).matches("\\d+\\.\\d+\\.\\d+");
            assertThat(bpf.possibleCpus()).isPositive();
        }
    }
}
