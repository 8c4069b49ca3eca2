// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.component.ServiceLookup;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.stage.Flow;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.EventAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once a second whether a stage or the remote configuration has changed, and posts an event if so. */
@Component(
        name = "io.karst.health.events",
        immediate = true,
        service = {})
public final class ChangeEvents {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeEvents.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final ServiceLookup lookup;
    private final EventAdmin events;
    private final Changes changes = new Changes();
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-change-events"));

    /** Starts the thread. */
    @Activate
    public ChangeEvents(BundleContext context, @Reference(name = "events") EventAdmin events) {
        lookup = new ServiceLookup(context);
        this.events = events;
        ScheduledFuture<?> unused = thread.scheduleAtFixedRate(this::look, 0, 1, TimeUnit.SECONDS);
    }

    @SuppressWarnings("IllegalCatch") // top of a thread
    private void look() {
        try {
            changes.stages(lookup.read(Flow.class, Flow::stages).orElse(List.of()))
                    .forEach(events::postEvent);
            changes.configuration(lookup.<ConfigUpdates, ConfigReport>read(ConfigUpdates.class, ConfigUpdates::report))
                    .ifPresent(events::postEvent);
        } catch (RuntimeException | Error e) {
            LOG.debug("changes cannot be seen now", LoggedException.of(e));
        }
    }

    /** Ends the thread. */
    @Deactivate
    public void close() {
        if (!DaemonThreads.end(PATIENCE, List.of(thread))) {
            LOG.warn("the thread that looks for changes ignores its interrupt; it is left behind");
        }
    }
}
