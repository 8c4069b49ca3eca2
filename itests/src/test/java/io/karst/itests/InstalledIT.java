// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;

/** The distribution comes up with Karst in it. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class InstalledIT {

    @Inject
    private BundleContext context;

    @Inject
    private FeaturesService features;

    @Inject
    private ConfigurationAdmin configurations;

    @Configuration
    public Option[] configuration() {
        return options(KarafOptions.distribution());
    }

    @Test
    public void everyKarstBundleIsActive() {
        List<String> inactive = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("io.karst."))
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(bundle -> bundle.getSymbolicName() + " is in state " + bundle.getState())
                .collect(Collectors.toList());
        assertEquals(List.of(), inactive);
    }

    @Test
    public void theKarstFeatureIsInstalled() throws Exception {
        assertTrue(features.isInstalled(features.getFeature("karst")));
    }

    /** Whoever brings programs of his own has BTF found, the object checked and the result listed like ours. */
    @Test
    public void aBundleOfOthersContributesAnAsset() throws Exception {
        Bundle ours = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().equals("io.karst.bpf"))
                .findFirst()
                .orElseThrow();
        Bundle theirs;
        try (InputStream object = ours.getEntry("karst/assets/map_owners.bpf.o").openStream()) {
            theirs = context.installBundle("their-asset", contributing("their_asset", object.readAllBytes()));
        }
        try {
            theirs.start();
            ServiceReference<CoreAssetLoader> loaders = context.getServiceReference(CoreAssetLoader.class);
            ServiceReference<Bpf> bpfs = context.getServiceReference(Bpf.class);
            String program = context.getService(loaders).load("their_asset", (asset, btf) -> {
                try (BpfObject loaded = context.getService(bpfs).load(ObjectSpec.of(asset, btf))) {
                    return loaded.program("map_owners").info().name();
                }
            });

            assertEquals("map_owners", program);
            String results = context.getService(loaders).results().toString();
            assertTrue(results, results.contains("their.bundle"));
        } finally {
            theirs.uninstall();
        }
    }

    /** A bundle with nothing in it but one asset. */
    private static InputStream contributing(String asset, byte[] object) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "their.bundle");
        manifest.getMainAttributes()
                .putValue("Provide-Capability", "io.karst.asset;io.karst.asset=" + asset + ";path=\"a.bpf.o\"");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new JarEntry("a.bpf.o"));
            jar.write(object);
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /** Karaf takes {@code a-b.cfg} for the settings {@code b} of a factory {@code a}: no component would get them. */
    @Test
    public void everySettingsFileReachesItsComponent() throws Exception {
        assertNull(configurations.listConfigurations("(service.factoryPid=io.karst.*)"));
        for (String bundle : List.of(
                "coreassets",
                "initialize",
                "locktracer",
                "contention",
                "config",
                "configserver",
                "configadmin",
                "metrics")) {
            assertNotNull(bundle, configurations.listConfigurations("(service.pid=io.karst." + bundle + ")"));
        }
    }
}
