// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.util.Arrays;
import java.util.List;
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

    /** Karaf takes {@code a-b.cfg} for the settings {@code b} of a factory {@code a}: no component would get them. */
    @Test
    public void everySettingsFileReachesItsComponent() throws Exception {
        assertNull(configurations.listConfigurations("(service.factoryPid=io.karst.*)"));
        for (String bundle : List.of("coreassets", "initialize", "locktracer", "contention")) {
            assertNotNull(bundle, configurations.listConfigurations("(service.pid=io.karst." + bundle + ")"));
        }
    }
}
