// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import io.karst.contention.LockContention;
import io.karst.contention.TracingControl;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Applies {@code KARST_CONTENTION}: which maps are traced, the polling interval, and the threshold above which contention is logged. If
 * there are several files, the one whose path sorts first counts; without any, the operator's settings in {@code etc/} apply.
 */
@Component(
        name = "io.karst.listener-contention",
        immediate = true,
        service = {ConfigListener.class, PollTask.class})
public final class ContentionListener implements ConfigListener, PollTask {

    private static final String NAME = "contention-watch";

    /** Interval without a threshold, when there is nothing to check. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final TracingControl control;
    private final WaitWatch watch;
    private final Runnable wake;
    private final Map<String, Wanted> wanted = new TreeMap<>();

    /**
     * Nothing is changed until a file comes.
     *
     * @param control changes tracing
     * @param contention measured
     * @param loop polls this listener
     */
    @Activate
    public ContentionListener(
            @Reference(name = "tracingControl") TracingControl control,
            @Reference(name = "lockContention") LockContention contention,
            @Reference(name = "pollLoop") PollLoop loop) {
        this(control, contention, () -> loop.soon(NAME));
    }

    ContentionListener(TracingControl control, LockContention contention, Runnable wake) {
        this.control = control;
        this.wake = wake;
        watch = new WaitWatch(contention);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> products() {
        return Set.of("KARST_CONTENTION");
    }

    @Override
    public Duration deadline() {
        return Duration.ofSeconds(30);
    }

    @Override
    public synchronized void apply(ConfigChange change) throws ConfigRefusedException {
        Map<String, Wanted> next = new TreeMap<>(wanted);
        if (change.kind() == ConfigChange.Kind.REMOVED) {
            next.remove(change.config().path());
        } else {
            next.put(change.config().path(), Wanted.parse(change.config().content()));
        }
        Optional<Wanted> before = first(wanted);
        Optional<Wanted> after = first(next);
        if (!before.equals(after)) {
            try {
                if (after.isPresent()) {
                    control.apply(after.get().tracing());
                } else {
                    control.reset();
                }
            } catch (IllegalStateException e) {
                throw new ConfigRefusedException("tracing stays as it was: " + e.getMessage(), e);
            }
        }
        wanted.clear();
        wanted.putAll(next);
        wake.run();
    }

    private static Optional<Wanted> first(Map<String, Wanted> byPath) {
        return byPath.values().stream().findFirst();
    }

    @Override
    public synchronized Duration interval() {
        return first(wanted)
                .filter(settings -> settings.maxWaitShare().isPresent())
                .map(Wanted::pollInterval)
                .orElse(IDLE);
    }

    @Override
    public void poll() {
        Optional<Double> share;
        synchronized (this) {
            share = first(wanted).flatMap(Wanted::maxWaitShare);
        }
        watch.look(share);
    }

    /** Restores the operator's settings. */
    @Deactivate
    public synchronized void close() {
        if (!wanted.isEmpty()) {
            wanted.clear();
            control.reset();
        }
    }
}
