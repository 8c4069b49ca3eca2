// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.inject.Inject;
import javax.management.ObjectName;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.options.extra.VMOption;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The stages' bundles, and those below and above them, are updated to rebuilt versions while a lock is contended, and commands are run.
 * How often each bundle is says {@code karst.swaps}.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class SwappedStagesIT {

    private static final List<String> SWAPPED = List.of(
            "io.karst.initialize",
            "io.karst.kernel-symbols",
            "io.karst.lock-tracer",
            "io.karst.poll-loop",
            "io.karst.config-poller",
            "io.karst.contention",
            "io.karst.libbpf");
    /** And the configuration server. */
    private static final int STAGES = 5 + 1;

    private static final List<String> COMMANDS = List.of(
            "karst:maps --json",
            "karst:locks --json",
            "karst:symbols --json schedule",
            "karst:assets --json",
            "karst:flow --json",
            "karst:config --json");

    private static final int QUERIES = 200;

    /** What a heap may hold more after a collection than before, whatever the number of swaps. */
    private static final long HEAP_SLACK_BYTES = 8L << 20;

    /** What the process may hold more beside its heap, whatever the number of swaps. */
    private static final long RESIDENT_SLACK_BYTES = 32L << 20;

    /** What a bundle was before it was swapped. */
    private record Former(String bundle, int build, WeakReference<ClassLoader> loader) {}

    @Inject
    private BundleContext context;

    @Inject
    private SessionFactory sessions;

    @Inject
    private FeaturesService features;

    private final Map<String, byte[]> jars = new HashMap<>();
    private final List<Former> former = new ArrayList<>();
    private Stages stages;

    @Configuration
    public Option[] configuration() {
        return options(
                KarafOptions.distribution(),
                KarafOptions.remoteConfiguration(),
                // the whole heap is resident from the start: what changes later is beside it
                new VMOption("-Xms256m"),
                new VMOption("-Xmx256m"),
                new VMOption("-XX:+AlwaysPreTouch"),
                // caches of the JDK hold classes softly, which is no leak: a collection is to clear them
                new VMOption("-XX:SoftRefLRUPolicyMSPerMB=0"));
    }

    @Before
    public void allReady() throws Exception {
        stages = new Stages(context, sessions);
        for (String name : List.of("karst-config", "karst-config-server")) {
            if (!features.isInstalled(features.getFeature(name))) {
                features.installFeature(name, EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
            }
        }
        awaitCounting();
    }

    @Test
    public void noWaitIsLostAndNothingLeaks() throws Exception {
        Path folder = Files.createTempDirectory("karst-itest-");
        try (MutexLoad load = new MutexLoad(asset(folder), folder)) {
            load.start(new Shell(sessions).run("karst:maps --json"));
            swapAll(0);
            query(COMMANDS.size());
            former.clear(); // the very first ones are where others keep one for good: a call stack in gRPC
            Footprint before = Footprint.settled();
            long heap = heapBytes();
            long resident = residentBytes();
            int swaps = Integer.getInteger("karst.swaps");
            for (int build = 1; build <= swaps; build++) {
                swapAll(build);
            }
            query(QUERIES);
            before.assertReached();
            awaitFormerGone();
            awaitAtMost(heap + HEAP_SLACK_BYTES, "of heap", SwappedStagesIT::heapBytes);
            awaitAtMost(resident + RESIDENT_SLACK_BYTES, "resident", this::residentBytes);
            long expected = load.stop();
            load.assertCounted(expected, new Shell(sessions).run("karst:locks --json"));
        } finally {
            RunningKaraf.run(Path.of("."), "rm", "-rf", folder.toString());
        }
    }

    private void swapAll(int build) throws Exception {
        for (String name : SWAPPED) {
            Bundle bundle = stages.bundle(name);
            ClassLoader loader = bundle.adapt(BundleWiring.class).getClassLoader();
            former.add(new Former(name, build, new WeakReference<>(loader)));
            bundle.update(new ByteArrayInputStream(rebuilt(jar(bundle), build)));
            awaitCounting();
        }
    }

    private void query(int times) throws Exception {
        for (int query = 0; query < times; query++) {
            new Shell(sessions).run(COMMANDS.get(query % COMMANDS.size()));
        }
    }

    /** Read once: whatever resolves mvn: locations keeps some kilobytes of heap for each time. */
    private byte[] jar(Bundle bundle) throws IOException {
        byte[] jar = jars.get(bundle.getSymbolicName());
        if (jar == null) {
            try (InputStream in = new URL(bundle.getLocation()).openStream()) {
                jar = in.readAllBytes();
            }
            jars.put(bundle.getSymbolicName(), jar);
        }
        return jar;
    }

    /** The same jar with an entry more, as another build would differ. */
    private static byte[] rebuilt(byte[] jar, int build) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                in.transferTo(out);
            }
            out.putNextEntry(new ZipEntry("build-" + build));
        }
        return bytes.toByteArray();
    }

    private Path asset(Path folder) throws Exception {
        URL entry = stages.bundle("io.karst.bpf").getEntry("karst/assets/contention_load.bpf.o");
        Path file = folder.resolve("contention_load.bpf.o");
        try (InputStream in = entry.openStream()) {
            Files.copy(in, file);
        }
        return file;
    }

    /** Until all five stages are ready, and what hangs on them. */
    private void awaitCounting() throws Exception {
        stages.await(flow -> flow.size() == STAGES
                && Stages.allReady(flow)
                && new Shell(sessions).runOrExplain("karst:locks --json").startsWith("{"));
    }

    /** What waits for finalizers goes with one collection after the other. */
    private static void awaitAtMost(long most, String what, Callable<Long> bytes) throws Exception {
        long found = bytes.call();
        for (int second = 0; second < 30 && found > most; second++) {
            TimeUnit.SECONDS.sleep(1);
            found = bytes.call();
        }
        assertTrue(found + " bytes " + what + ", of " + most + " that may be", found <= most);
    }

    /** After a collection, which the histogram of live objects brought about. */
    private static long heapBytes() throws Exception {
        classHistogram();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Physical memory of this process, after a collection and a load of programs, which gives freed memory back. */
    private long residentBytes() throws Exception {
        classHistogram();
        Bundle bundle = stages.bundle("io.karst.kernel-symbols");
        bundle.stop();
        bundle.start();
        awaitCounting();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    /** The virtual machine's walk over all live objects of its heap. */
    private static String classHistogram() throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()})
                .toString();
    }

    /** Some go a little later, when caches and queues have moved on, and finalizers have run. */
    private void awaitFormerGone() throws Exception {
        for (int second = 0; second < 30 && !remaining().isEmpty(); second++) {
            TimeUnit.SECONDS.sleep(1);
            classHistogram();
        }
        assertEquals("class loaders that stay", List.of(), remaining());
    }

    private List<String> remaining() {
        return former.stream()
                .filter(each -> each.loader().get() != null)
                .map(each -> each.bundle() + " " + each.build())
                .toList();
    }
}
