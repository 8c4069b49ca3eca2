// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.CoreAsset;
import io.karst.bpf.ObjectSpec;
import io.karst.component.TrustedFiles;
import io.karst.libbpf.internal.NativeBpf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads a real asset into the kernel from files that only root can write, and refuses all others. */
@Tag("kernel")
class RealLoadKernelTest {
    private static final Path KERNEL_BTF = Path.of("/sys/kernel/btf/vmlinux");
    private static final Path NO_BTF = Path.of("/sys/kernel/btf/karst-has-none");
    private static final String ASSET = "kernel_symbols";

    private final NativeBpf bpf = new NativeBpf();
    private Path folder = Path.of("unset");
    private byte[] object = {};

    @BeforeEach
    void lay() throws IOException {
        // below /run, as /tmp is writable by everybody and so never trusted
        folder = Files.createTempDirectory(Path.of("/run"), "karst-test-");
        try (InputStream in = RealLoadKernelTest.class.getResourceAsStream("/karst/assets/" + ASSET + ".bpf.o")) {
            object = Objects.requireNonNull(in).readAllBytes();
        }
    }

    @AfterEach
    void clear() throws IOException {
        bpf.close();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".bpf.o", ".bpf.o.gz", ".bpf.o.xz"})
    void loadsAgainstTheKernelsBtf(String suffix) throws IOException {
        byte[] packed =
                suffix.endsWith(".gz") ? Samples.gz(object) : suffix.endsWith(".xz") ? Samples.xz(object) : object;
        Files.write(folder.resolve(ASSET + suffix), packed);
        AssetLoading loading = loading(Optional.empty(), Optional.empty(), KERNEL_BTF);
        loading.load(ASSET, this::load);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_KERNEL);
    }

    @Test
    void loadsAgainstTheOperatorsBtf() throws IOException {
        Files.write(folder.resolve(ASSET + ".bpf.o"), object);
        Path btf = Files.write(folder.resolve("mine.btf"), Files.readAllBytes(KERNEL_BTF));
        AssetLoading loading = loading(Optional.of(btf), Optional.empty(), NO_BTF);
        loading.load(ASSET, this::load);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_CUSTOM);
    }

    @Test
    void loadsAgainstPackagedBtf() throws IOException {
        Files.write(folder.resolve(ASSET + ".bpf.o"), object);
        String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).trim();
        Path archive = Files.createDirectories(folder.resolve("archive/anything/1"));
        byte[] tar = Samples.tar(release + ".btf", Files.readAllBytes(KERNEL_BTF));
        Files.write(archive.resolve(release + ".btf.tar.xz"), Samples.xz(tar));
        AssetLoading loading = loading(Optional.empty(), Optional.of(folder.resolve("archive")), NO_BTF);
        loading.load(ASSET, this::load);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_PACKAGED);
        assertThat(folder.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void damagedBtfOfTheOperatorFallsThroughToTheKernels() throws IOException {
        Files.write(folder.resolve(ASSET + ".bpf.o"), object);
        byte[] btf = Files.readAllBytes(KERNEL_BTF);
        Path damaged = Files.write(folder.resolve("mine.btf"), Arrays.copyOf(btf, btf.length / 2));
        AssetLoading loading = loading(Optional.of(damaged), Optional.empty(), KERNEL_BTF);
        loading.load(ASSET, this::load);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_KERNEL);
    }

    @Test
    void refusesATruncatedObject() throws IOException {
        Files.write(folder.resolve(ASSET + ".bpf.o"), Arrays.copyOf(object, 1000));
        AssetException refused = refused(KERNEL_BTF);
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.ASSET_READ);
        assertThat(refused).hasMessageContaining(folder.toString()).hasMessageNotContaining("\n");
    }

    @Test
    void refusesASymbolicLink() throws IOException {
        Path target = Files.write(folder.resolve("elsewhere.o"), object);
        Files.createSymbolicLink(folder.resolve(ASSET + ".bpf.o"), target);
        assertThat(refused(KERNEL_BTF).outcome()).isEqualTo(AssetOutcome.ASSET_READ);
    }

    @Test
    void refusesWhatOthersMayWrite() throws IOException {
        Path file = Files.write(folder.resolve(ASSET + ".bpf.o"), object);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        AssetException refused = refused(KERNEL_BTF);
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.ASSET_READ);
        assertThat(refused).hasMessageContaining(file.toString()).hasMessageNotContaining("\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(refused(KERNEL_BTF).outcome()).isEqualTo(AssetOutcome.ASSET_READ);
    }

    @Test
    void foreignBtfIsRefusedWithItsName() throws IOException {
        Files.write(folder.resolve(ASSET + ".bpf.o"), object);
        Path foreign = Files.write(folder.resolve("foreign.btf"), Samples.btf());
        AssetException refused = catchThrowableOfType(
                AssetException.class,
                () -> loading(Optional.of(foreign), Optional.empty(), NO_BTF).load(ASSET, this::load));
        assertThat(refused.outcome()).isIn(AssetOutcome.LOADER, AssetOutcome.VERIFIER);
        assertThat(refused).hasMessageContaining("foreign.btf");
    }

    private AssetException refused(Path kernelBtf) {
        AssetLoading loading = loading(Optional.empty(), Optional.empty(), kernelBtf);
        AssetException refused = catchThrowableOfType(AssetException.class, () -> loading.load(ASSET, this::load));
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(refused.outcome());
        return refused;
    }

    private boolean load(CoreAsset asset, BtfOptions btf) {
        bpf.load(ObjectSpec.of(asset, btf)).close();
        return true;
    }

    private AssetLoading loading(Optional<Path> btf, Optional<Path> archive, Path kernelBtf) {
        Unpacker unpacker = new Unpacker(TrustedFiles::readBelowTrusted, Unpacker.MAX_BYTES);
        PrivateFiles privateFiles = new PrivateFiles(folder.resolve("tmp"));
        BtfSources.Machine machine = new BtfSources.Machine(
                kernelBtf,
                Path.of("/etc/os-release"),
                Path.of("/proc/sys/kernel/osrelease"),
                System.getProperty("os.arch"));
        BtfSources sources =
                new BtfSources(new Settings(btf, archive, Optional.empty()), machine, unpacker, privateFiles);
        AssetReader reader = new AssetReader(Optional.of(folder), List::of, unpacker);
        return new AssetLoading(reader, sources, InstantSource.system());
    }
}
