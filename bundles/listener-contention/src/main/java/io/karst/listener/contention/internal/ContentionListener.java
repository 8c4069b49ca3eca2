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
 * Applies {@code KARST_CONTENTION}: what is traced, how often is looked, and from when on a wait is told. Of several files, the one
 * whose path comes first counts; the operator's settings in {@code etc/} come back when there is none.
 */
@Component(
        name = "io.karst.listener-contention",
        immediate = true,
        service = {ConfigListener.class, PollTask.class})
public final class ContentionListener implements ConfigListener, PollTask {

    private static final String NAME = "contention-watch";

    /** Without thresholds there is nothing to look for. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final TracingControl control;
    private final WaitWatch watch;
    private final Runnable wake;
    private final Map<String, Wanted> wanted = new TreeMap<>();

    /**
     * Called by the service component runtime.
     *
     * @param control changes tracing
     * @param contention is looked at
     * @param loop looks at the interval wanted
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

    /** Gives the operator's settings back. */
    @Deactivate
    public synchronized void close() {
        if (!wanted.isEmpty()) {
            wanted.clear();
            control.reset();
        }
    }
}
