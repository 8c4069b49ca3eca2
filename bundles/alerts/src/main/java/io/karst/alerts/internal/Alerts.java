// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.alerts.internal.AlertSettings.Settings;
import io.karst.component.DaemonThreads;
import io.karst.component.KernelText;
import io.karst.component.LoggedException;
import io.karst.component.OnlineCpus;
import io.karst.component.SafeText;
import io.karst.contention.LockContention;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates the alerts once a second, on a thread of its own, and tells what changes: log, event, JMX, webhook. Without alerts it reads no
 * counter.
 */
@Component(
        name = "io.karst.alerts.evaluation",
        immediate = true, // alerts fire whether anybody asks for this service or not
        service = {Alerts.class, AbilityProbe.class})
public final class Alerts implements AbilityProbe {

    private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
    private static final String TOPIC = "io/karst/alert/";
    private static final String NOT_READY = "the lock tracer is not ready. See karst:flow";
    private static final Duration FIRST_REST = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<LockContention> contention = List.of();

    private final AlertSettings settings;
    private final EventAdmin events;
    private final Webhook webhook = new Webhook(FIRST_REST);
    private final AlertsBean bean = new AlertsBean(this::status);
    private final ScheduledThreadPoolExecutor thread =
            new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-alerts"));

    /** Only the thread uses it. */
    private final Evaluation evaluation = new Evaluation(Instant.now());

    private volatile List<AlertStatus> status = List.of();
    private boolean looking = true;

    /** Starts the thread. */
    @Activate
    public Alerts(@Reference(name = "settings") AlertSettings settings, @Reference(name = "events") EventAdmin events) {
        this.settings = settings;
        this.events = events;
        synchronized (settings) {
            thread.execute(this::use);
            settings.onChange(() -> thread.execute(this::use));
        }
        ScheduledFuture<?> unused = thread.scheduleAtFixedRate(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private void use() {
        evaluation.use(settings.inForce().rules(), Instant.now()).forEach(this::tell);
        status = evaluation.status();
    }

    @SuppressWarnings("IllegalCatch") // top of a thread, and whatever fails here means that nobody could look
    private void look() {
        if (status.isEmpty()) {
            return; // no alerts
        }
        try {
            List<LockContention> found = contention;
            if (found.isEmpty()) {
                couldNotLook(NOT_READY);
            } else {
                read(found.get(0));
            }
        } catch (RuntimeException | Error e) {
            LOG.debug("the counters cannot be read", LoggedException.of(e));
            couldNotLook(String.valueOf(e.getMessage()));
        }
        status = evaluation.status();
    }

    private void read(LockContention counters) {
        evaluation
                .read(counters.latest(), OnlineCpus.count(Path.of("/sys")), System.nanoTime(), Instant.now())
                .forEach(this::tell);
        if (!looking) {
            looking = true;
            LOG.info("alerts are evaluated again");
        }
    }

    private void couldNotLook(String why) {
        evaluation.couldNotLook(SafeText.of(why), Instant.now());
        if (looking) {
            looking = false;
            LOG.warn("alerts are not evaluated, and none is resolved: {}", SafeText.of(why));
        }
    }

    private void tell(AlertChange change) {
        Announcement announcement =
                Announcement.of(change, KernelText.hostName().orElse("this host"));
        if (change.kind() == AlertChange.Kind.FIRING) {
            LOG.warn("{}", announcement.text());
        } else {
            LOG.info("{}", announcement.text());
        }
        events.postEvent(new Event(TOPIC + change.kind(), announcement.properties()));
        bean.tell(announcement);
        Settings inForce = settings.inForce();
        inForce.webhook().ifPresent(file -> webhook.send(file, inForce.timeout(), announcement.json()));
    }

    /** All alerts. */
    List<AlertStatus> status() {
        return status;
    }

    @Override
    public List<Ability> probe() {
        return settings.inForce().webhook().map(webhook::ability).stream().toList();
    }

    /** Ends the evaluation. What fires is not resolved by that. */
    @Deactivate
    public void close() {
        settings.onChange(() -> {});
        if (!DaemonThreads.end(PATIENCE, List.of(thread))) {
            LOG.warn("the thread of the alerts ignores its interrupt; it is left behind");
        }
        webhook.close();
        bean.close();
    }
}
