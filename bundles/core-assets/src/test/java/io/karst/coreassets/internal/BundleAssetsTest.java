// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.asset.AssetException;
import io.karst.asset.AssetOutcome;
import io.karst.asset.AssetResult;
import io.karst.asset.CoreAsset;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** Bundles of a real framework offer assets. */
class BundleAssetsTest {
    @TempDir
    Path cache;

    private Framework framework = new FrameworkFactory().newFramework(Map.of());

    @BeforeEach
    void start() throws BundleException {
        framework = new FrameworkFactory()
                .newFramework(Map.of("org.osgi.framework.storage", cache.toString(), "felix.log.level", "0"));
        framework.start();
    }

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void aBundleThatComesOrGoesChangesTheSet() throws Exception {
        try (BundleAssets assets = new BundleAssets(framework.getBundleContext())) {
            assertThat(assets.offers()).isEmpty();
            Bundle bundle = install("one", "1.0.0", "io.karst.asset;io.karst.asset=mine;path=\"a/mine.bpf.o\"");
            assertThat(assets.offers()).as("not resolved yet").isEmpty();
            bundle.start();
            BundleAssets.Offer offer = assets.offers().get(0);
            assertThat(offer.name()).isEqualTo("mine");
            assertThat(offer.origin()).isEqualTo("one/1.0.0:a/mine.bpf.o");
            assertThat(offer.reader().read(100)).asString().isEqualTo("one 1.0.0");
            bundle.stop();
            assertThat(assets.offers()).as("stopped, but still resolved").hasSize(1);
            bundle.uninstall();
            assertThat(assets.offers()).isEmpty();
        }
    }

    @Test
    void aResolvedBundleNeedNotBeStarted() throws Exception {
        Bundle bundle = install("one", "1.0.0", "io.karst.asset;io.karst.asset=mine;path=\"a/mine.bpf.o\"");
        framework.adapt(FrameworkWiring.class).resolveBundles(List.of(bundle));
        try (BundleAssets assets = new BundleAssets(framework.getBundleContext())) {
            assertThat(assets.offers()).extracting(BundleAssets.Offer::name).containsExactly("mine");
        }
    }

    @Test
    void anUpdateBringsTheNewContent() throws Exception {
        String capability = "io.karst.asset;io.karst.asset=mine;path=\"a/mine.bpf.o\"";
        try (BundleAssets assets = new BundleAssets(framework.getBundleContext())) {
            Bundle bundle = install("one", "1.0.0", capability);
            bundle.start();
            bundle.update(new ByteArrayInputStream(jar("one", "2.0.0", capability)));
            assertThat(assets.offers()).hasSize(1);
            assertThat(assets.offers().get(0).reader().read(100)).asString().isEqualTo("one 2.0.0");
        }
    }

    @Test
    void refusesNonsenseCapabilities() throws Exception {
        try (BundleAssets assets = new BundleAssets(framework.getBundleContext())) {
            install(
                            "one",
                            "1.0.0",
                            "io.karst.asset;io.karst.asset=\"../evil\";path=\"a/mine.bpf.o\","
                                    + "io.karst.asset;io.karst.asset=nopath,"
                                    + "io.karst.asset;io.karst.asset:Long=7;path=x,"
                                    + "io.karst.asset;io.karst.asset=good;path=\"a/mine.bpf.o\"")
                    .start();
            assertThat(assets.offers()).extracting(BundleAssets.Offer::name).containsExactly("good");
        }
    }

    @Test
    void anotherBundlesAssetIsLoadedTheSameWay() throws Exception {
        try (CoreAssetService service =
                new CoreAssetService(framework.getBundleContext(), new PlainFiles(), Settings.NONE)) {
            assertThatExceptionOfType(AssetException.class)
                    .isThrownBy(() -> service.load("mine", (asset, btf) -> asset));
            install("one", "1.0.0", "io.karst.asset;io.karst.asset=mine;path=\"a/mine.bpf.o\"")
                    .start();
            CoreAsset asset = service.load("mine", (loaded, btf) -> loaded);
            byte[] content = new byte[asset.content().remaining()];
            asset.content().get(content);
            assertThat(content).asString().isEqualTo("one 1.0.0");
            assertThat(service.results()).extracting(AssetResult::outcome).containsExactly(AssetOutcome.SUCCESS_KERNEL);
            install("broken", "9.0.0", "io.karst.asset;io.karst.asset=mine;path=\"a/none.bpf.o\"")
                    .start();
            assertThatExceptionOfType(AssetException.class)
                    .isThrownBy(() -> service.load("mine", (loaded, btf) -> loaded))
                    .withMessageContaining("bundle broken has no entry a/none.bpf.o");
        }
    }

    @Test
    void settingsAreTakenFromTheNextLoadOn(@TempDir Path assets) throws Exception {
        install("one", "1.0.0", "io.karst.asset;io.karst.asset=mine;path=\"a/mine.bpf.o\"")
                .start();
        Path file = Files.writeString(assets.resolve("mine.bpf.o"), "by the operator");
        try (CoreAssetService service =
                new CoreAssetService(framework.getBundleContext(), new PlainFiles(), Settings.NONE)) {
            assertThat(origin(service)).startsWith("one/1.0.0:");
            service.change(Settings.of("", "", assets.toString()));
            assertThat(service.results()).extracting(AssetResult::name).containsExactly("mine");
            assertThat(origin(service)).isEqualTo(file.toString());
            service.change(Settings.NONE);
            assertThat(origin(service)).startsWith("one/1.0.0:");
        }
    }

    private static String origin(CoreAssetService service) {
        return service.load("mine", (asset, btf) -> asset.origin());
    }

    private Bundle install(String name, String version, String capability) throws BundleException, IOException {
        return framework
                .getBundleContext()
                .installBundle("memory:" + name, new ByteArrayInputStream(jar(name, version, capability)));
    }

    private static byte[] jar(String name, String version, String capability) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Bundle-ManifestVersion", "2");
        attributes.putValue("Bundle-SymbolicName", name);
        attributes.putValue("Bundle-Version", version);
        attributes.putValue("Provide-Capability", capability);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new JarEntry("a/mine.bpf.o"));
            jar.write((name + " " + version).getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return out.toByteArray();
    }
}
