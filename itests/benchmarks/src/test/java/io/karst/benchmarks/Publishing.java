// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.poller.internal.WiredPoller;
import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/**
 * One client, the real poller: poll loop, stage 5 and a listener in an OSGi framework with Karaf's EventAdmin. Changes are published at
 * random moments.
 */
final class Publishing {

    private static final int PATIENCE_SECONDS = 60;
    private static final long STOP_MILLIS = 10_000;

    private final Path data;
    private final ServerProcess server;
    private final Duration interval;

    /**
     * Prepares it.
     *
     * @param data what is Karaf's data folder elsewhere
     * @param server whose folder has to be {@code karst/config-server} in there
     * @param interval between two questions
     */
    Publishing(Path data, ServerProcess server, Duration interval) {
        this.data = data;
        this.server = server;
        this.interval = interval;
    }

    /**
     * What came of it.
     *
     * @param untilApplied from before the server was told to publish, until the listener is given the content
     * @param acknowledged whether the server has the acknowledgement of the last one
     */
    record Result(Samples untilApplied, boolean acknowledged) {}

    private record Applied(String content, long nanos) {}

    /** Notes when it is given what. */
    private static final class Witness implements ConfigListener {

        private final BlockingQueue<Applied> applied = new LinkedBlockingQueue<>();

        @Override
        public String name() {
            return "witness";
        }

        @Override
        public Set<String> products() {
            return Set.of(ServerProcess.PRODUCT);
        }

        @Override
        public void apply(ConfigChange change) {
            long now = System.nanoTime();
            applied.add(new Applied(new String(change.config().content(), StandardCharsets.UTF_8), now));
        }

        long await(String content) throws InterruptedException, IOException {
            Applied next = applied.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            while (next != null && !next.content().equals(content)) {
                next = applied.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            if (next == null) {
                throw new IOException(content + " was not applied within " + PATIENCE_SECONDS + " s");
            }
            return next.nanos();
        }
    }

    Result run(int changes) throws IOException, InterruptedException, BundleException {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        data.resolve("felix").toString(),
                        "felix.systembundle.activators",
                        List.of(new org.apache.felix.eventadmin.impl.Activator()),
                        "karaf.data",
                        data.toString()));
        framework.start();
        Witness witness = new Witness();
        try (WiredPoller poller = new WiredPoller(
                framework.getBundleContext(),
                new GrpcWire(),
                "localhost:" + server.served().port(),
                interval,
                witness)) {
            long version = server.publish("change", Bytes.utf8("first"));
            witness.await("first");
            List<Duration> untilApplied = new ArrayList<>();
            for (int i = 0; i < changes; i++) {
                // at any moment between two questions
                TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(interval.toNanos()));
                String content = "change " + i;
                long begun = System.nanoTime();
                version = server.publish("change", Bytes.utf8(content));
                untilApplied.add(Duration.ofNanos(witness.await(content) - begun));
            }
            return new Result(new Samples(untilApplied), isAcknowledged(version));
        } finally {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
        }
    }

    /** The acknowledgement comes with a later question. */
    private boolean isAcknowledged(long version) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < until) {
            if (server.acknowledged(version) == 1) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(interval.toMillis());
        }
        return false;
    }
}
