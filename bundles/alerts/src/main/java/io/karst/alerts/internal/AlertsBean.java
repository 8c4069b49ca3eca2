// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.alerts.internal.AlertStatus.State;
import io.karst.component.LoggedException;
import io.karst.component.SafeText;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ObjectName;
import javax.management.StandardEmitterMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the alerts with the platform's MBean server until it is closed. Without it alerts fire all the same. */
final class AlertsBean implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertsBean.class);
    private static final String NAME = "io.karst:type=Alerts";
    private static final String RESOLVED = AlertsMXBean.FIRING.replace("FIRING", "RESOLVED");

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final AtomicLong sequence = new AtomicLong();
    private final NotificationBroadcasterSupport listeners =
            new NotificationBroadcasterSupport(new MBeanNotificationInfo(
                    new String[] {AlertsMXBean.FIRING, RESOLVED},
                    Notification.class.getName(),
                    "An alert fires or is resolved; the user data has its properties"));

    /** Registers them. */
    AlertsBean(Supplier<List<AlertStatus>> alerts) {
        try {
            server.registerMBean(
                    new StandardEmitterMBean(new View(alerts), AlertsMXBean.class, true, listeners),
                    new ObjectName(NAME));
        } catch (JMException e) {
            LOG.warn("the alerts are not in JMX: {}", SafeText.of(e.getMessage()), LoggedException.of(e));
        }
    }

    /** Notifies whoever listens. */
    void tell(Announcement announcement) {
        Notification notification = new Notification(
                announcement.kind() == AlertChange.Kind.FIRING ? AlertsMXBean.FIRING : RESOLVED,
                NAME,
                sequence.incrementAndGet(),
                announcement.text());
        notification.setUserData(new TreeMap<>(announcement.properties()));
        listeners.sendNotification(notification);
    }

    @Override
    public void close() {
        try {
            server.unregisterMBean(new ObjectName(NAME));
        } catch (InstanceNotFoundException e) {
            LOG.debug("the alerts were not in JMX");
        } catch (JMException e) {
            LOG.warn("the alerts stay in JMX: {}", SafeText.of(e.getMessage()), LoggedException.of(e));
        }
    }

    private record View(Supplier<List<AlertStatus>> alerts) implements AlertsMXBean {

        @Override
        public int getFiring() {
            return (int) alerts.get().stream()
                    .filter(alert -> alert.firedAt().isPresent())
                    .count();
        }

        @Override
        public boolean isLooking() {
            return alerts.get().stream().noneMatch(alert -> alert.state() == State.NOT_KNOWN);
        }

        @Override
        public List<Row> getAlerts() {
            return alerts.get().stream().<Row>map(Line::new).toList();
        }
    }

    private record Line(AlertStatus alert) implements AlertsMXBean.Row {

        @Override
        public String getName() {
            return alert.rule().name();
        }

        @Override
        public String getState() {
            return alert.state().name();
        }

        @Override
        public String getSince() {
            return alert.since().toString();
        }

        @Override
        public String getMap() {
            return alert.lock().map(lock -> SafeText.of(lock.mapName())).orElse("");
        }

        @Override
        public int getMapId() {
            return alert.lock().map(lock -> lock.map().id()).orElse(0);
        }

        @Override
        public String getKind() {
            return alert.lock().map(lock -> AlertRule.word(lock.kind())).orElse("");
        }

        @Override
        public String getValue() {
            return alert.value().isPresent()
                    ? alert.rule().measure().text(alert.value().getAsDouble())
                    : "";
        }

        @Override
        public String getThreshold() {
            return alert.rule().measure().text(alert.rule().threshold());
        }
    }
}
