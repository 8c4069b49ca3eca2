// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import io.karst.flow.fixture.Fault;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/** Three stages in a real framework, with the Declarative Services that Karaf has. */
class FlowInFrameworkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path cache;

    private Framework framework;
    private Bundle first;
    private Bundle second;
    private Bundle third;
    private Bundle flow;

    @BeforeEach
    void startFramework() throws Exception {
        Fault.set("");
        Fault.ATTEMPTS.set(0);
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        "org.osgi.framework.storage",
                        cache.toString(),
                        "org.osgi.framework.system.packages.extra",
                        "org.slf4j;version=2.0.17,io.karst.stage;version=1.0.0,io.karst.ability;version=1.0.0,"
                                + "io.karst.component;version=1.0.0,io.karst.flow.fixture",
                        "ds.loglevel",
                        "0"));
        framework.init();
        for (String type : List.of(
                "org.osgi.util.function.Function",
                "org.osgi.util.promise.Promise",
                "org.osgi.service.component.ComponentContext",
                "org.apache.felix.scr.impl.Activator")) {
            install(fileOf(Class.forName(type)).toURI().toString());
        }
        flow = install("flow", "io.karst.flow.internal", "");
        first = install("first", "io.karst.flow.fixture.first", stage("first", 1));
        second = install("second", "io.karst.flow.fixture.second", stage("second", 2));
        third = install("third", "io.karst.flow.fixture.third", stage("third", 3));
        framework.start();
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (!List.of(framework, flow, first, second, third).contains(bundle)) {
                bundle.start();
            }
        }
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(PATIENCE.toMillis());
    }

    @Test
    void reportsEachStageInOrderWithItsTimes() throws Exception {
        Instant before = Instant.now();
        startAll();

        List<StageReport> reports = await(FlowInFrameworkTest::allReady);

        assertThat(reports).extracting(StageReport::name).containsExactly("first", "second", "third");
        assertThat(reports).extracting(StageReport::order).containsExactly(1, 2, 3);
        assertThat(reports).extracting(StageReport::bundle).containsExactly("t.first", "t.second", "t.third");
        assertThat(reports.get(1).since()).isBetween(before, Instant.now());
        assertThat(reports.get(1).duration()).isPositive();
        assertThat(reports).allSatisfy(report -> assertThat(report.waitingFor()).isEmpty());
    }

    @Test
    void namesTheCauseThroughTheChainAndRecoversWhenItIsGone() throws Exception {
        Fault.set("missing capability CAP_BPF\nsecond line");
        startAll();

        List<StageReport> reports = await(found -> found.get(0).state() == StageState.FAILED
                && found.get(2).state() == StageState.WAITING
                && found.get(2).waitingFor().equals(List.of("second")));

        assertThat(reports.get(0).lastError()).contains("missing capability CAP_BPF");
        assertThat(reports.get(1).waitingFor()).containsExactly("first");
        assertThat(reports.get(2).waitingFor()).containsExactly("second");

        Fault.set("");
        assertThat(allReady(await(FlowInFrameworkTest::allReady))).isTrue();
    }

    @Test
    void aFailedStageOffersNoServiceToItsDependents() throws Exception {
        Fault.set("no");
        startAll();
        await(found -> found.get(0).state() == StageState.FAILED);
        int attempts = Fault.ATTEMPTS.get();

        awaitNoService("io.karst.flow.fixture.First");
        awaitNoService("io.karst.flow.fixture.Second"); // which hears of it a moment later
        assertThat(Fault.ATTEMPTS.get()).as("it rests").isEqualTo(attempts);
    }

    @Test
    void stoppingAStageMakesExactlyItsDependentsWait() throws Exception {
        startAll();
        await(FlowInFrameworkTest::allReady);

        second.stop();
        List<StageReport> reports = await(found -> found.get(2).state() == StageState.WAITING);

        assertThat(reports.get(0).state()).isEqualTo(StageState.READY);
        assertThat(reports.get(1).waitingFor()).containsExactly("bundle t.second is not started");
        assertThat(reports.get(2).waitingFor()).containsExactly("second");

        second.start();
        assertThat(allReady(await(FlowInFrameworkTest::allReady))).isTrue();
    }

    @Test
    void theStagesDoNotNeedIt() throws Exception {
        Fault.set("no");
        startAll();
        await(found -> found.get(0).state() == StageState.FAILED);

        Fault.set("");
        flow.stop();

        awaitService("io.karst.flow.fixture.Third");
    }

    @Test
    void whatAStageNeedsMayComeAndGoWhileItStarts() throws Exception {
        startAll();
        for (int i = 0; i < 200; i++) {
            ServiceReference<?> dependents = awaitReference("io.karst.flow.fixture.Third");
            Thread start = new Thread(() -> restart(second));
            start.start();
            LockSupport.parkNanos(i * 10_000L);
            restart(first);
            start.join();
            assertThat(dependents.getBundle()).as("the third left").isNull();
        }
        await(FlowInFrameworkTest::allReady);
        first.stop();
        awaitNoService("io.karst.flow.fixture.Second");
        awaitNoService("io.karst.flow.fixture.Third");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("karst-first", "karst-second", "karst-third");
    }

    private static void restart(Bundle bundle) {
        try {
            bundle.stop();
            bundle.start();
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    private void startAll() throws Exception {
        for (Bundle bundle : List.of(flow, first, second, third)) {
            bundle.start();
        }
    }

    private static boolean allReady(List<StageReport> reports) {
        return reports.size() == 3 && reports.stream().allMatch(report -> report.state() == StageState.READY);
    }

    private List<StageReport> await(Predicate<List<StageReport>> condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<StageReport> reports = List.of();
        while (Instant.now().isBefore(deadline)) {
            reports = stages();
            if (reports.size() == 3 && condition.test(reports)) {
                return reports;
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        throw new AssertionError("not within " + PATIENCE + ": " + reports);
    }

    private void awaitService(String name) {
        awaitService(name, true);
    }

    private ServiceReference<?> awaitReference(String name) {
        awaitService(name);
        return framework.getBundleContext().getServiceReference(name);
    }

    private void awaitNoService(String name) {
        awaitService(name, false);
    }

    private void awaitService(String name, boolean present) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while ((framework.getBundleContext().getServiceReference(name) != null) != present) {
            assertThat(Instant.now()).as(name + " present=" + present).isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private List<StageReport> stages() {
        BundleContext context = framework.getBundleContext();
        ServiceReference<Flow> reference = context.getServiceReference(Flow.class);
        Flow service = reference == null ? null : context.getService(reference);
        return service == null ? List.of() : service.stages();
    }

    private Bundle install(String location) throws Exception {
        return framework.getBundleContext().installBundle(location);
    }

    /** Builds a bundle of one package of this module and installs it. */
    private Bundle install(String name, String packageName, String capability) throws Exception {
        try (Builder builder = new Builder()) {
            List<File> classes = new ArrayList<>(List.of(fileOf(FlowComponent.class), fileOf(Fault.class)));
            classes.add(fileOf(Flow.class));
            builder.setClasspath(classes.toArray(File[]::new));
            builder.setProperty("Bundle-SymbolicName", "t." + name);
            builder.setProperty("Private-Package", packageName);
            builder.setProperty(
                    "Import-Package",
                    "!org.jspecify.*,!aQute.*,!org.junit.*,!org.assertj.*,"
                            + "!org.apache.felix.*,!org.osgi.framework.launch,*");
            builder.setProperty("-dsannotations", "*");
            if (!capability.isEmpty()) {
                builder.setProperty("Provide-Capability", capability);
            }
            Jar jar = builder.build();
            assertThat(builder.getErrors()).isEmpty();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            jar.write(bytes);
            return framework
                    .getBundleContext()
                    .installBundle("test:" + name, new ByteArrayInputStream(bytes.toByteArray()));
        }
    }

    private static String stage(String name, int order) {
        String service = "io.karst.flow.fixture." + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
        return "io.karst.stage;io.karst.stage=" + name + ";order:Long=" + order + ";component=io.karst." + name
                + ",osgi.service;objectClass:List<String>=\"" + service + "\";effective:=active";
    }

    private static File fileOf(Class<?> type) throws URISyntaxException {
        return new File(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
