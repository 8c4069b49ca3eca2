// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.IntStream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** In a real framework; the component is a service that the test registers. */
class StageRunnerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMillis(20);

    @TempDir
    Path cache;

    private final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile String fault = "";
    private Framework framework;
    private Bundle bundle;
    private BundleContext context;
    private ServiceRegistration<?> component;

    /** What is opened. */
    private final class Work implements AutoCloseable {
        @Override
        public void close() {
            events.add("closed");
        }
    }

    @BeforeEach
    void startFramework() throws Exception {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        bundle = started("one");
        context = bundle.getBundleContext();
        component = component(context);
        context.addServiceListener(
                event -> events.add(event.getType() == ServiceEvent.REGISTERED ? "registered" : "unregistering"),
                "(objectClass=" + Work.class.getName() + ")");
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(PATIENCE.toMillis());
    }

    private static ServiceRegistration<?> component(BundleContext context) {
        return context.registerService(
                Object.class,
                new Object(),
                FrameworkUtil.asDictionary(
                        Map.of("component.name", "io.karst.first", Stage.NAME, "first", Stage.ORDER, 1, "topic", "t")));
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

    private StageRunner<Work> start(Callable<Work> opening) {
        return StageRunner.start(component.getReference(), List.of(Work.class), opening, SOON);
    }

    private Work open() {
        attempts.incrementAndGet();
        if (!fault.isEmpty()) {
            throw new IllegalStateException(fault);
        }
        return new Work();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private static void awaitThreadsEnd() {
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("karst-first")));
    }

    @Test
    void registersTheServiceWhenItIsOpenWithTheComponentsProperties() {
        StageRunner<Work> runner = start(this::open);

        await(() -> events.contains("registered"));
        ServiceReference<?> reference = context.getServiceReference(Work.class);
        assertThat(reference.getProperty(Stage.NAME)).isEqualTo("first");
        assertThat(reference.getProperty(Stage.ORDER)).isEqualTo(1);
        assertThat(reference.getProperty("topic")).isEqualTo("t");
        assertThat((String[]) reference.getProperty(Constants.OBJECTCLASS)).containsExactly(Work.class.getName());
        StageReport report = runner.report();
        assertThat(report.order()).isEqualTo(1);
        assertThat(report.name()).isEqualTo("first");
        assertThat(report.bundle()).isEqualTo("one");
        assertThat(report.state()).isEqualTo(StageState.READY);
        assertThat(report.duration()).isPositive();
        assertThat(report.waitingFor()).isEmpty();
        assertThat(report.lastError()).isEmpty();
    }

    @Test
    void opensOnADaemonOfItsOwnAndWaitsMeanwhile() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<Thread> openers = new LinkedBlockingQueue<>();
        StageRunner<Work> runner = start(() -> {
            openers.add(Thread.currentThread());
            go.await();
            return open();
        });

        Thread opener = openers.take();
        assertThat(opener.getName()).isEqualTo("karst-first");
        assertThat(opener.isDaemon()).isTrue();
        assertThat(runner.report().state()).isEqualTo(StageState.WAITING);
        assertThat(runner.report().waitingFor()).containsExactly("its own activation");
        assertThat(runner.report().duration()).isZero();
        assertThat(context.getServiceReference(Work.class)).isNull();
        go.countDown();
        await(() -> runner.report().state() == StageState.READY);
    }

    @Test
    void aFailureIsToldInOneLineAndTheStageRecovers() {
        fault = "missing capability CAP_BPF\nsecond line";
        StageRunner<Work> runner = start(this::open);

        await(() -> attempts.get() > 2);
        StageReport failed = runner.report();
        assertThat(failed.state()).isEqualTo(StageState.FAILED);
        assertThat(failed.lastError()).contains("missing capability CAP_BPF");
        assertThat(failed.waitingFor()).isEmpty();
        assertThat(failed.duration()).isZero();
        assertThat(context.getServiceReference(Work.class)).isNull();

        fault = "";
        await(() -> events.contains("registered"));
        assertThat(runner.report().state()).isEqualTo(StageState.READY);
        assertThat(runner.report().lastError()).isEmpty();
    }

    @Test
    void staysFailedWhileItIsTriedAgain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        StageRunner<Work> runner = start(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IOException("no");
            }
            never.await();
            return new Work();
        });

        await(() -> attempts.get() == 2);
        assertThat(runner.report().state()).isEqualTo(StageState.FAILED);
        assertThat(runner.report().lastError()).contains("no");
    }

    @Test
    void restsFiveSecondsDoubledUpToAMinute() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 1000)
                        .mapToObj(failures -> StageRunner.rest(Duration.ofSeconds(5), failures))
                        .map(Duration::toSeconds))
                .containsExactly(5L, 10L, 20L, 40L, 60L, 60L, 60L);
    }

    @Test
    void restsBetweenAttempts() {
        fault = "no";
        StageRunner.start(component.getReference(), List.of(Work.class), this::open);

        await(() -> attempts.get() == 1);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        assertThat(attempts).hasValue(1);
    }

    @Test
    void theLineIsTheMessageOrTheClass() {
        assertThat(StageRunner.firstLine(new IOException("x.bpf.o: truncated"))).isEqualTo("x.bpf.o: truncated");
        assertThat(StageRunner.firstLine(new IllegalStateException("failed\nlast lines of the log\n")))
                .isEqualTo("failed");
        assertThat(StageRunner.firstLine(new NullPointerException())).isEqualTo("java.lang.NullPointerException");
        assertThat(StageRunner.firstLine(new IOException(" "))).isEqualTo("java.io.IOException");
    }

    @Test
    void errorsAreTriedAgainToo() {
        StageRunner<Work> runner = start(() -> {
            if (attempts.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("jnr/ffi/Pointer");
            }
            return new Work();
        });

        await(() -> runner.report().state() == StageState.READY);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void withdrawsTheServiceBeforeItIsClosed() {
        start(this::open);
        await(() -> events.contains("registered"));

        component.unregister();

        assertThat(events).containsExactly("registered", "unregistering", "closed");
        assertThat(bundle.getRegisteredServices()).isNullOrEmpty();
        awaitThreadsEnd();
    }

    @Test
    void endsWhenItsBundleStopsAndNotWhenAnotherDoes() throws Exception {
        start(this::open);
        Bundle other = started("other");
        component(other.getBundleContext());
        await(() -> events.contains("registered"));
        other.stop();
        assertThat(events).containsExactly("registered");

        bundle.stop();

        assertThat(events).contains("closed");
        awaitThreadsEnd();
    }

    @Test
    void aStartIsInterruptedWhenItsBundleStops() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        start(() -> {
            opening.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                events.add("cleaned up");
            }
            return new Work();
        });
        opening.await();
        long begun = System.nanoTime();

        bundle.stop();

        assertThat(events).containsExactly("cleaned up");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        awaitThreadsEnd();
    }

    @Test
    void aRestIsInterruptedWhenTheComponentGoes() {
        fault = "no";
        StageRunner.start(component.getReference(), List.of(Work.class), this::open);
        await(() -> attempts.get() == 1);

        component.unregister();

        awaitThreadsEnd();
        assertThat(attempts).hasValue(1);
    }

    @Test
    void whatOpenedAllTheSameIsClosedAndNeverRegistered() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        start(() -> {
            opening.countDown();
            while (go.getCount() > 0) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    go.countDown();
                }
            }
            return open();
        });
        opening.await();

        component.unregister();

        awaitThreadsEnd();
        assertThat(interrupted).hasValue(1);
        assertThat(events).containsExactly("closed");
    }

    @Test
    void whatOpensLongAfterIsClosedByItsOwnThread() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        start(() -> {
            opening.countDown();
            boolean interrupted = false;
            while (go.getCount() > 0) {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return open();
        });
        opening.await();

        component.unregister();
        assertThat(events).isEmpty();
        go.countDown();

        await(() -> events.contains("closed"));
        assertThat(events).containsExactly("closed");
        awaitThreadsEnd();
    }

    @Test
    void theComponentMayGoWhileTheServiceIsBeingRegistered() throws Exception {
        context.addServiceListener(
                event -> {
                    if (event.getType() == ServiceEvent.REGISTERED) {
                        component.unregister();
                    }
                },
                "(objectClass=" + Work.class.getName() + ")");
        start(this::open);

        await(() -> events.contains("closed"));
        assertThat(events).containsExactly("registered", "unregistering", "closed");
        assertThat(bundle.getRegisteredServices()).isNullOrEmpty();
    }

    @Test
    void startsNothingForAComponentThatIsGone() {
        ServiceReference<?> gone = component.getReference();
        component.unregister();

        assertThatIllegalStateException()
                .isThrownBy(() -> StageRunner.start(gone, List.of(Work.class), this::open, SOON));
        assertThat(attempts).hasValue(0);
    }

    @Test
    void aChangeIsAppliedAtOnceWhenOpenAndMayBeRefused() {
        StageRunner<Work> runner = start(this::open);
        await(() -> events.contains("registered"));

        runner.changed(work -> events.add("changed"));
        assertThat(events).containsExactly("registered", "changed");
        assertThatThrownBy(() -> runner.changed(work -> {
                    throw new IllegalArgumentException("track=x");
                }))
                .hasMessage("track=x");
        assertThat(runner.report().state()).isEqualTo(StageState.READY);
    }

    @Test
    void aChangeDuringOpeningIsAppliedBeforeTheServiceIsRegistered() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        StageRunner<Work> runner = start(() -> {
            opening.countDown();
            go.await();
            return open();
        });
        opening.await();

        runner.changed(work -> events.add("changed"));
        go.countDown();

        await(() -> events.contains("registered"));
        assertThat(events).containsExactly("changed", "registered");
    }

    @Test
    void aChangeRefusedAfterOpeningChangesNothing() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        StageRunner<Work> runner = start(() -> {
            opening.countDown();
            go.await();
            return open();
        });
        opening.await();

        runner.changed(work -> {
            throw new IllegalArgumentException("track=x");
        });
        go.countDown();

        await(() -> events.contains("registered"));
    }

    @Test
    void aChangeAfterAFailureIsTriedAtOnce() {
        fault = "no";
        StageRunner<Work> runner = StageRunner.start(component.getReference(), List.of(Work.class), this::open);
        await(() -> runner.report().state() == StageState.FAILED);

        fault = "";
        runner.changed(work -> events.add("changed"));

        await(() -> events.contains("registered"));
        assertThat(events).as("it was opened with the change").containsExactly("registered");
    }

    @Test
    void whatIsReopenedIsClosedAndOpenedAnew() throws Exception {
        StageRunner<Work> first = start(Work::new);
        await(() -> first.report().state() == StageState.READY);
        await(() -> events.contains("registered"));
        StageRunner<Work> second = first.reopened();
        assertThat(first.report().state()).isEqualTo(StageState.WAITING);
        await(() -> events.size() == 4);
        assertThat(events).containsExactly("registered", "unregistering", "closed", "registered");
        assertThat(second.report().state()).isEqualTo(StageState.READY);
    }

    @Test
    void whatHasEndedIsNotReopened() throws Exception {
        StageRunner<Work> first = start(Work::new);
        await(() -> events.contains("registered"));
        component.unregister();
        assertThat(first.reopened()).isSameAs(first);
        assertThat(events).containsExactly("registered", "unregistering", "closed");
    }

    @Test
    void aFailureIsOverAtOnceWhenReopened() throws Exception {
        fault = "not yet";
        StageRunner<Work> first = StageRunner.start(
                component.getReference(), List.of(Work.class), this::openOrFail, Duration.ofMinutes(1));
        await(() -> first.report().state() == StageState.FAILED);
        fault = "";
        StageRunner<Work> second = first.reopened();
        await(() -> second.report().state() == StageState.READY);
    }

    private Work openOrFail() throws IOException {
        if (!fault.isEmpty()) {
            throw new IOException(fault);
        }
        return new Work();
    }
}
