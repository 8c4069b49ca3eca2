// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import io.karst.component.AtomicFile;
import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.contention.ContentionHistory;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LockContention;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a reading each second, on a thread of its own. What was read stays readable while the tracer is stopped. Written to a file
 * when the bundle stops and every five minutes, which is what a killed Karaf loses at most.
 */
@Component(name = "io.karst.history", immediate = true) // readings are taken whether somebody looks or not
public final class HistoryComponent implements ContentionHistory {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryComponent.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int SAVE_SECONDS = 300;

    private final AtomicFile file;
    private final Readings readings;
    private final RateLimitedLog limit = new RateLimitedLog(System::nanoTime);
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("karst-history"));

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<LockContention> contention = List.of();

    /** Reads what was kept. */
    @Activate
    public HistoryComponent(BundleContext context) {
        this(new AtomicFile(file(context)));
        Future<?> unusedReading = timer.scheduleAtFixedRate(this::read, 0, 1, TimeUnit.SECONDS);
        Future<?> unusedSaving = timer.scheduleWithFixedDelay(this::save, SAVE_SECONDS, SAVE_SECONDS, TimeUnit.SECONDS);
    }

    HistoryComponent(AtomicFile file) {
        this.file = file;
        readings = load(file);
    }

    private static Path file(BundleContext context) {
        String data = context.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data, "karst", "history", "history.bin");
    }

    private static Readings load(AtomicFile file) {
        try {
            Optional<byte[]> content = file.read(Readings.MAX_BYTES);
            return content.isPresent() ? Readings.of(content.get()) : new Readings();
        } catch (IOException e) {
            LOG.warn("file={} cannot be used: {}. The history begins anew", file.path(), SafeText.of(e.getMessage()));
            return new Readings();
        }
    }

    @SuppressWarnings("IllegalCatch") // an exception would end the timer
    void read() {
        List<LockContention> now = contention;
        if (now.isEmpty()) {
            return; // the tracer is stopped
        }
        try {
            ContentionSnapshot reading = now.get(0).latest();
            readings.add(reading, System.nanoTime());
        } catch (RuntimeException e) {
            limit.permit(String.valueOf(e.getMessage()))
                    .ifPresent(leftOut -> LOG.warn(
                            "Contention cannot be read; left out since the last line: {}",
                            leftOut,
                            LoggedException.of(e)));
        }
    }

    void save() {
        try {
            file.write(ByteBuffer.wrap(readings.content()));
        } catch (IOException e) {
            limit.permit("save")
                    .ifPresent(leftOut -> LOG.warn("The history is not kept: {}", SafeText.of(e.getMessage())));
        }
    }

    @Override
    public List<ContentionSnapshot> between(Instant from, Instant to) {
        return readings.between(from, to);
    }

    @Override
    public List<SingleLocks> singleLocks(int mapId, Instant from, Instant to) {
        return readings.singleLocks(mapId, from, to);
    }

    @Override
    public Optional<Instant> oldest() {
        return readings.oldest();
    }

    /** Ends the thread and writes the file. */
    @Deactivate
    public void close() {
        DaemonThreads.end(PATIENCE, List.of(timer));
        save();
    }
}
