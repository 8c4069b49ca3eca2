// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.bpf.BpfException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
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
                .withMessageStartingWith("libbpf_not_there.so.1 cannot be used: install the package libbpf1");
    }

    /** Another library stands in for a libbpf that lacks functions. */
    @Test
    void aForeignLibraryIsRefusedInOneLine() {
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> NativeLibraries.load("libm.so.6"))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                .withMessageContaining("install the package libbpf1");
    }

    @ParameterizedTest
    @CsvSource({"0, 8", "1, 0"})
    void anOldLibraryIsRefusedWithBothVersions(int major, int minor) {
        LibBpf old = (LibBpf) Proxy.newProxyInstance(
                LibBpf.class.getClassLoader(),
                new Class<?>[] {LibBpf.class},
                (proxy, method, arguments) -> method.getName().equals("libbpf_major_version") ? major : minor);
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> NativeLibraries.requireVersion(old, NativeLibraries.LIBBPF))
                .withMessageContaining("is version " + major + "." + minor + ": 1.1 or later is needed");
    }

    @Test
    void missingCapabilitiesAreNamed(@TempDir Path folder) throws IOException {
        Path status = Files.writeString(folder.resolve("status"), "Name:\tjava\nCapEff:\t0000004000000000\n");
        NativeLibraries natives = NativeLibraries.load(NativeLibraries.LIBBPF);
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> new NativeBpf(natives, Capabilities.of(status), 1 << 20))
                .withMessageStartingWith("missing capability CAP_BPF: run Karaf as root or grant it");
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> new NativeBpf(natives, new Capabilities(0), 1 << 20))
                .withMessageStartingWith("missing capability CAP_BPF and CAP_PERFMON: run");
    }

    @Test
    void sysAdminStandsForBpfAndPerfmon() {
        assertThat(new Capabilities(1L << 21).missing()).isEmpty();
        assertThat(new Capabilities(1L << 39 | 1L << 38).missing()).isEmpty();
        assertThat(new Capabilities(1L << 39).missing()).containsExactly(Capabilities.Capability.CAP_PERFMON);
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
