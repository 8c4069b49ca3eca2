// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.bpf.BpfException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Version;

class AssetLoadingTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private final BpfException loaderError = new BpfException("EPERM", "bpf_object__load(locks) failed with EPERM");
    private final BpfException verifierError =
            new BpfException("EACCES", "bpf_object__load(locks) failed with EACCES\nR1 invalid", "R1 invalid");

    @TempDir
    Path folder;

    private Path kernelBtf = Path.of("unset");
    private Path operatorBtf = Path.of("unset");
    private Path archive = Path.of("unset");
    private Path temporary = Path.of("unset");
    private PrivateFiles privateFiles = new PrivateFiles(Path.of("unset"));
    private final Unpacker unpacker = new Unpacker(new PlainFiles(), Unpacker.MAX_BYTES);
    private final List<BtfSource> seen = new ArrayList<>();

    @BeforeEach
    void lay() throws IOException {
        kernelBtf = Files.write(folder.resolve("vmlinux"), Samples.btf());
        operatorBtf = Files.write(folder.resolve("mine.btf"), Samples.btf());
        archive = folder.resolve("archive");
        Files.createDirectories(archive.resolve("debian/12"));
        Files.write(archive.resolve("debian/12/6.1.0.btf.tar.xz"), Samples.xz(Samples.tar("6.1.0.btf", Samples.btf())));
        Files.writeString(folder.resolve("os-release"), "ID=debian\nVERSION_ID=12\n");
        Files.writeString(folder.resolve("osrelease"), "6.1.0\n");
        temporary = Files.createDirectory(folder.resolve("tmp"));
        privateFiles = new PrivateFiles(temporary);
    }

    @Test
    void triesTheOperatorsFileThenTheKernelThenTheArchive() {
        AssetLoading loading = loading();
        BtfOptions last = loading.load("locks", (asset, btf) -> {
            seen.add(btf.source());
            if (seen.size() < 3) {
                throw loaderError;
            }
            return btf;
        });
        assertThat(seen).containsExactly(BtfSource.CUSTOM, BtfSource.KERNEL, BtfSource.PACKAGED);
        assertThat(last.file()).isPresent();
        assertThat(loading.results())
                .containsExactly(new AssetResult(
                        "locks",
                        "a/1.0.0:x.bpf.o",
                        AssetOutcome.SUCCESS_PACKAGED,
                        Optional.of(BtfSource.PACKAGED),
                        "",
                        NOW));
    }

    @Test
    void givesTheOperatorsFileAndTheKernelsNone() {
        BtfOptions custom = loading().load("locks", (asset, btf) -> btf);
        assertThat(custom).isEqualTo(new BtfOptions(BtfSource.CUSTOM, Optional.of(operatorBtf)));
        AssetLoading kernelOnly = loading(Settings.NONE);
        BtfOptions kernel = kernelOnly.load("locks", (asset, btf) -> btf);
        assertThat(kernel).isEqualTo(new BtfOptions(BtfSource.KERNEL, Optional.empty()));
        assertThat(kernelOnly.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_KERNEL);
    }

    @Test
    void extractedBtfIsPrivateAndGoneAfterwards() throws IOException {
        Files.delete(kernelBtf);
        AssetLoading loading = loading(new Settings(Optional.empty(), Optional.of(archive), Optional.empty()));
        Path extracted = loading.load("locks", (asset, btf) -> {
            Path file = btf.file().orElseThrow();
            try {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
                assertThat(Files.readAllBytes(file)).isEqualTo(Samples.btf());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return file;
        });
        assertThat(extracted).hasParentRaw(temporary).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void extractedBtfIsGoneAfterAFailure() {
        AssetLoading loading = loading();
        assertThatExceptionOfType(AssetException.class)
                .isThrownBy(() -> loading.load("locks", (asset, btf) -> {
                    throw loaderError;
                }));
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void aVerifierErrorNeverFallsBack() {
        AssetLoading loading = loading();
        AssetException refused = catchThrowableOfType(
                AssetException.class,
                () -> loading.load("locks", (asset, btf) -> {
                    seen.add(btf.source());
                    throw verifierError;
                }));
        assertThat(seen).containsExactly(BtfSource.CUSTOM);
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.VERIFIER);
        assertThat(refused)
                .hasCause(verifierError)
                .hasMessageContaining("R1 invalid")
                .hasMessageContaining("mine.btf");
        assertThat(loading.results())
                .containsExactly(new AssetResult(
                        "locks",
                        "a/1.0.0:x.bpf.o",
                        AssetOutcome.VERIFIER,
                        Optional.of(BtfSource.CUSTOM),
                        "bpf_object__load(locks) failed with EACCES",
                        NOW));
    }

    @Test
    void theLastErrorIsReported() {
        AssetException refused = catchThrowableOfType(
                AssetException.class,
                () -> loading().load("locks", (asset, btf) -> {
                    throw new IllegalStateException(btf.source().name());
                }));
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.LOADER);
        assertThat(refused).hasRootCauseMessage("PACKAGED");
    }

    @Test
    void damagedBtfFallsThroughAndIsNeverGiven() throws IOException {
        Files.write(operatorBtf, new byte[] {1, 2, 3});
        BtfSource used = loading().load("locks", (asset, btf) -> btf.source());
        assertThat(used).isEqualTo(BtfSource.KERNEL);
    }

    @Test
    void aSourceWithoutBtfHidesNoError() throws IOException {
        Files.delete(archive.resolve("debian/12/6.1.0.btf.tar.xz"));
        AssetException refused = catchThrowableOfType(
                AssetException.class,
                () -> loading().load("locks", (asset, btf) -> {
                    throw loaderError;
                }));
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.LOADER);
        assertThat(refused).hasMessageContaining("vmlinux");
    }

    @Test
    void saysWhereItLookedWhenThereIsNoBtf() throws IOException {
        Files.delete(kernelBtf);
        AssetLoading loading = loading(Settings.NONE);
        AssetException refused =
                catchThrowableOfType(AssetException.class, () -> loading.load("locks", (asset, btf) -> btf));
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.BTF_NOT_FOUND);
        assertThat(refused).hasMessageContaining(kernelBtf.toString()).hasMessageContaining("set btf.file");
        assertThat(loading.results().get(0).btf()).isEmpty();
    }

    @Test
    void recordsAnAssetThatIsMissing() {
        AssetLoading loading = loading();
        AssetException refused =
                catchThrowableOfType(AssetException.class, () -> loading.load("nothing", (asset, btf) -> btf));
        assertThat(refused.outcome()).isEqualTo(AssetOutcome.ASSET_READ);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.ASSET_READ);
    }

    @Test
    void aLaterSuccessTakesThePlaceOfAFailure() {
        AssetLoading loading = loading();
        assertThatExceptionOfType(AssetException.class)
                .isThrownBy(() -> loading.load("locks", (asset, btf) -> {
                    throw verifierError;
                }));
        loading.load("locks", (asset, btf) -> btf);
        assertThat(loading.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_CUSTOM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../locks", "a/b", "a.b", "ä", "a b"})
    void refusesNonsenseNames(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loading().load(name, (asset, btf) -> btf))
                .withMessageContaining("is not 1 to 64 letters, digits and underscores");
    }

    @Test
    void probeTellsWhatEachSourceHas() throws IOException {
        Files.write(operatorBtf, new byte[30]);
        var ability = sources(settings()).probe();
        assertThat(ability.present()).isTrue();
        assertThat(ability.evidence()).contains("mine.btf is no BTF", "vmlinux: usable", "archive: usable");
        assertThat(temporary).isEmptyDirectory();
        Files.delete(kernelBtf);
        assertThat(sources(Settings.NONE).probe().present()).isFalse();
    }

    private Settings settings() {
        return new Settings(Optional.of(operatorBtf), Optional.of(archive), Optional.empty());
    }

    private AssetLoading loading() {
        return loading(settings());
    }

    private AssetLoading loading(Settings settings) {
        BundleAssets.Offer offer =
                new BundleAssets.Offer("locks", "a", Version.valueOf("1"), 1, "x.bpf.o", max -> new byte[] {1});
        AssetReader reader = new AssetReader(Optional.empty(), () -> List.of(offer), unpacker);
        return new AssetLoading(reader, sources(settings), InstantSource.fixed(NOW));
    }

    private BtfSources sources(Settings settings) {
        BtfSources.Machine machine =
                new BtfSources.Machine(kernelBtf, folder.resolve("os-release"), folder.resolve("osrelease"), "amd64");
        return new BtfSources(settings, machine, unpacker, privateFiles);
    }
}
