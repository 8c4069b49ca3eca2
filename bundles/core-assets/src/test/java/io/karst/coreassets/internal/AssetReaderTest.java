// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.karst.asset.CoreAsset;
import io.karst.coreassets.internal.BundleAssets.Offer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

class AssetReaderTest {
    @TempDir
    Path folder;

    /** What bundles offer at the moment. */
    private final List<Offer> offered = new ArrayList<>();

    @Test
    void readsWhatABundleOffers() throws IOException {
        offered.add(offer("io.karst.bpf", "1.0.0", 7, "bpf/locks.bpf.o"));
        CoreAsset asset = reader().read("locks");
        assertThat(asset.origin()).isEqualTo("io.karst.bpf/1.0.0:bpf/locks.bpf.o");
        assertThat(text(asset)).isEqualTo("io.karst.bpf 7");
        // printf 'io.karst.bpf 7' | sha256sum
        assertThat(asset.sha256()).isEqualTo("fea52d4720eb9e040d91b2804091dc31ab5eeda6806f49257725e77bc9bc753b");
    }

    @Test
    void takesTheHighestVersionThenTheLowestBundleId() throws IOException {
        offered.add(offer("a", "1.9.0", 3, "x.bpf.o"));
        offered.add(offer("b", "1.10.0", 9, "x.bpf.o"));
        offered.add(offer("c", "1.10.0", 5, "x.bpf.o"));
        assertThat(reader().read("locks").origin()).isEqualTo("c/1.10.0:x.bpf.o");
    }

    @Test
    void followsBundlesThatComeAndGo() throws IOException {
        AssetReader reader = reader();
        assertThatIOException()
                .isThrownBy(() -> reader.read("locks"))
                .withMessageContaining("no bundle offers asset locks");
        offered.add(offer("a", "1.0.0", 3, "x.bpf.o"));
        assertThat(reader.read("locks").origin()).startsWith("a/");
        offered.clear();
        assertThatIOException().isThrownBy(() -> reader.read("locks"));
    }

    @Test
    void unpacksWhatABundleOffersPacked() throws IOException {
        byte[] packed = Samples.xz("unpacked".getBytes(StandardCharsets.UTF_8));
        offered.add(new Offer("locks", "a", Version.valueOf("1"), 1, "x.bpf.o.xz", max -> packed));
        CoreAsset asset = reader().read("locks");
        assertThat(text(asset)).isEqualTo("unpacked");
    }

    @Test
    void operatorsFileComesFirst() throws IOException {
        offered.add(offer("a", "1.0.0", 3, "x.bpf.o"));
        Path file = Files.write(folder.resolve("locks.bpf.o.gz"), Samples.gz(new byte[] {'o', 'k'}));
        CoreAsset asset = reader().read("locks");
        assertThat(asset.origin()).isEqualTo(file.toString());
        assertThat(text(asset)).isEqualTo("ok");
    }

    @Test
    void anUntrustedFileIsNotPassedOverInSilence() throws IOException {
        offered.add(offer("a", "1.0.0", 3, "x.bpf.o"));
        Path file = Files.write(folder.resolve("locks.bpf.o"), new byte[] {1});
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThatIOException().isThrownBy(() -> reader().read("locks")).withMessageContaining("is not trusted");
    }

    private AssetReader reader() {
        return new AssetReader(
                Optional.of(folder), () -> List.copyOf(offered), new Unpacker(new PlainFiles(), Unpacker.MAX_BYTES));
    }

    private static Offer offer(String bundle, String version, long id, String path) {
        byte[] content = (bundle + " " + id).getBytes(StandardCharsets.UTF_8);
        return new Offer("locks", bundle, Version.valueOf(version), id, path, max -> content);
    }

    private static String text(CoreAsset asset) {
        byte[] bytes = new byte[asset.content().remaining()];
        asset.content().get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
