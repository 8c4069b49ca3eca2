// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;

/** In a real framework. */
class DroppedInstancesTest {

    private static final long PATIENCE_MILLIS = 20_000;

    @TempDir
    Path cache;

    private final AtomicInteger closed = new AtomicInteger();
    private Framework framework;
    private Bundle bundle;
    private BundleContext context;

    @BeforeEach
    void startFramework() throws Exception {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        bundle = started("one");
        context = bundle.getBundleContext();
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(PATIENCE_MILLIS);
    }

    private Bundle started(String name) throws IOException, BundleException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        manifest.getMainAttributes().putValue(Constants.BUNDLE_SYMBOLICNAME, name);
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        new JarOutputStream(jar, manifest).close();
        Bundle installed =
                framework.getBundleContext().installBundle(name, new ByteArrayInputStream(jar.toByteArray()));
        installed.start();
        return installed;
    }

    @Test
    void successorClosesWhatWasDropped() {
        DroppedInstances.keep(context, First.class, closed::incrementAndGet);
        assertThat(DroppedInstances.closeBefore(context, First.class, "needed")).isEqualTo("needed");
        assertThat(closed).hasValue(1);
    }

    @Test
    void closesNothingOfAnotherComponentOrBundle() throws Exception {
        DroppedInstances.keep(context, Second.class, closed::incrementAndGet);
        Bundle other = started("other");
        DroppedInstances.keep(other.getBundleContext(), First.class, closed::incrementAndGet);
        DroppedInstances.closeBefore(context, First.class, context);
        assertThat(closed).hasValue(0);
    }

    @Test
    void whatWasClosedInGoodOrderIsForgotten() throws Exception {
        Runnable forget = DroppedInstances.keep(context, First.class, closed::incrementAndGet);
        forget.run();
        forget.run();
        DroppedInstances.closeBefore(context, First.class, context);
        bundle.stop();
        forget.run();
        assertThat(closed).hasValue(0);
        assertThat(bundle.getRegisteredServices()).isNull();
    }

    @Test
    void isClosedWhenItsBundleStops() throws Exception {
        DroppedInstances.keep(context, First.class, closed::incrementAndGet);
        Bundle other = started("other");
        other.stop();
        assertThat(closed).hasValue(0);
        bundle.stop();
        assertThat(closed).hasValue(1);
    }

    @Test
    void isClosedAtOnceWhenItsBundleIsBeingStopped() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        SynchronousBundleListener late = event -> {
            if (event.getType() == BundleEvent.STOPPING && event.getBundle().equals(bundle)) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> DroppedInstances.keep(context, First.class, closed::incrementAndGet));
                refused.incrementAndGet();
            }
        };
        framework.getBundleContext().addBundleListener(late);
        bundle.stop();
        assertThat(refused).hasValue(1);
        assertThat(closed).hasPositiveValue();
    }

    @Test
    void isClosedAtOnceWhenItsBundleHasStopped() throws Exception {
        bundle.stop();
        assertThatIllegalStateException()
                .isThrownBy(() -> DroppedInstances.keep(context, First.class, closed::incrementAndGet));
        assertThat(closed).hasValue(1);
    }

    private static final class First {}

    private static final class Second {}
}
