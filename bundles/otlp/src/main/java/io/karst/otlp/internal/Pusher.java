// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.otlp.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.WebAddress;
import io.karst.metrics.Metrics;
import io.karst.otlp.internal.OtlpSettings.Settings;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the metrics and sends them, again and again, on one thread, so that pushes never overlap. What a receiver did not take is not
 * kept: counts only grow, so that the next push has them as well.
 */
final class Pusher implements AutoCloseable {

    /**
     * How pushes to a receiver went.
     *
     * @param receiver scheme and host; empty while there is none
     * @param since when it became so
     * @param accepted number of pushes that the receiver took
     * @param failed number of others
     * @param last when the last one was accepted
     * @param error why the last one failed; empty if it was accepted
     */
    record State(
            Optional<String> receiver,
            Instant since,
            long accepted,
            long failed,
            Optional<Instant> last,
            Optional<String> error) {

        static State begin(Optional<String> receiver) {
            return new State(receiver, Instant.now(), 0, 0, Optional.empty(), Optional.empty());
        }

        /** Whether a push was accepted or failed. */
        boolean isTried() {
            return accepted + failed > 0;
        }

        State after(Delivery delivery, Instant now) {
            boolean good = delivery.error().isEmpty();
            boolean changed = !isTried() || good != error.isEmpty();
            return new State(
                    receiver,
                    changed ? now : since,
                    accepted + (good ? 1 : 0),
                    failed + (good ? 0 : 1),
                    good ? Optional.of(now) : last,
                    delivery.error());
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Pusher.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Metrics metrics;
    private final Map<String, String> identity;
    private final InstrumentationScopeInfo scope;
    private final RetryPolicy retries;
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-otlp"));

    /** Only the thread uses these two. */
    private @Nullable ScheduledFuture<?> timer;

    private @Nullable Channel channel;

    private volatile State state = State.begin(Optional.empty());

    /** Kinds of errors that the log has since a push was accepted: errors that alternate are not told again and again. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /**
     * Pushes nothing yet.
     *
     * @param identity attributes of the resource, by key
     * @param version of Karst
     * @param retries when and how often a push is tried again
     */
    Pusher(Metrics metrics, Map<String, String> identity, String version, RetryPolicy retries) {
        this.metrics = metrics;
        this.identity = Map.copyOf(identity);
        scope = InstrumentationScopeInfo.builder("io.karst").setVersion(version).build();
        this.retries = retries;
    }

    /** Pushes from now on as these settings say, at once for the first time; empty: no longer. Returns at once. */
    void use(Optional<Settings> settings) {
        thread.execute(() -> change(settings));
    }

    private void change(Optional<Settings> settings) {
        if (timer != null) {
            timer.cancel(false);
        }
        open(null);
        Optional<URI> endpoint = settings.flatMap(Settings::endpoint);
        state = State.begin(endpoint.map(WebAddress::shown));
        told.clear();
        if (settings.isPresent() && endpoint.isPresent()) {
            Map<String, String> attributes = new HashMap<>(identity);
            attributes.putAll(settings.get().attributes());
            Resource resource = Resource.create(OtlpMetric.attributes(attributes));
            timer = thread.scheduleWithFixedDelay(
                    () -> push(endpoint.get(), settings.get(), resource),
                    0,
                    settings.get().interval().toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void open(@Nullable Channel next) {
        if (channel != null) {
            channel.close();
        }
        channel = next;
    }

    @SuppressWarnings("IllegalCatch") // an exception would end the timer
    private void push(URI endpoint, Settings settings, Resource resource) {
        try {
            Channel open = channelTo(Target.read(endpoint, settings));
            Instant now = Instant.now();
            open.push(metrics.read().stream()
                    .<MetricData>map(metric -> new OtlpMetric(resource, scope, metric, now))
                    .filter(metric -> !metric.isEmpty())
                    .toList());
        } catch (IOException | RuntimeException e) {
            LOG.debug("no push to {}", WebAddress.shown(endpoint), LoggedException.of(e));
            delivered(Delivery.of(e));
        }
    }

    /** Files are read for each push, so that a renewed certificate or token counts at once. */
    private Channel channelTo(Target target) {
        Channel open = channel;
        if (open == null || !open.leadsTo(target)) {
            open = new Channel(target, retries, thread, this::delivered);
            open(open);
        }
        return open;
    }

    private void delivered(Delivery delivery) {
        if (thread.isShutdown()) {
            return; // interrupted
        }
        State before = state;
        state = before.after(delivery, Instant.now());
        String receiver = before.receiver().orElse("");
        if (delivery.error().isPresent()) {
            String text = delivery.error().get();
            if (told.add(kind(text))) {
                LOG.warn("metrics do not reach {}: {}", receiver, text);
            }
        } else if (before.error().isPresent() || !before.isTried()) {
            LOG.info("metrics are pushed to {}", receiver);
            told.clear();
        }
    }

    /** An error without its details, which may be others at each attempt. */
    private static String kind(String error) {
        return error.split(": ", 2)[0];
    }

    /** How it goes. */
    State state() {
        return state;
    }

    /** Ends an attempt, and all further ones. */
    @Override
    public void close() {
        if (DaemonThreads.end(PATIENCE, List.of(thread))) {
            open(null);
        } else {
            LOG.warn("the thread that pushes metrics ignores its interrupt; it is left behind");
        }
    }
}
