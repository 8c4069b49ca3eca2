// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.alerts.internal.AlertStatus.State;
import io.karst.contention.ContentionSnapshot;
import io.karst.resource.LockKind;
import io.karst.testing.RefusedValue;
import io.karst.testing.UnreadContention;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.management.MBeanServer;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

/** From the counters to what others hear. */
class AlertsTest {
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Notification> notifications = new LinkedBlockingQueue<>();
    private final ObjectName name = new ObjectName("io.karst:type=Alerts");
    private final AlertSettings settings;
    private final Alerts alerts;

    AlertsTest(@TempDir Path data) throws Exception {
        settings = new AlertSettings(RefusedValue.karaf(data), of("hot: rate > 1/s for 1 s"));
        alerts = new Alerts(settings, new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                events.add(event);
            }

            @Override
            public void sendEvent(Event event) {
                throw new IllegalStateException("would wait for the handlers");
            }
        });
        SERVER.addNotificationListener(name, (notification, none) -> notifications.add(notification), null, null);
    }

    private static Map<String, Object> of(String value) {
        return Map.of(Constants.SERVICE_PID, "io.karst.alerts", "alerts", value);
    }

    @AfterEach
    void close() {
        alerts.close();
    }

    /** Each reading is a second and a hundred waits later. */
    private static final class Busy extends UnreadContention {
        private final Counters counters = new Counters();
        private int second;

        @Override
        public synchronized ContentionSnapshot latest() {
            counters.wait(7, LockKind.HASH_BUCKET, 100);
            return counters.reading(second++);
        }
    }

    private Event next() throws InterruptedException {
        Event event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        return event;
    }

    @Test
    void tellsWhatFiresAndResolvesNothingWithoutTheTracer() throws Exception {
        alerts.contention = List.of(new Busy());
        Event fires = next();
        assertThat(fires.getTopic()).isEqualTo("io/karst/alert/FIRING");
        assertThat(fires.getProperty("map")).isEqualTo("map7");
        Notification told = notifications.poll(30, TimeUnit.SECONDS);
        assertThat(told.getType()).isEqualTo("io.karst.alert.FIRING");
        assertThat(told.getMessage()).isEqualTo(fires.getProperty("text"));
        assertThat(told.getUserData()).isEqualTo(properties(fires));

        alerts.contention = List.of();
        await(all -> all.get(0).state() == State.NOT_KNOWN);
        assertThat(SERVER.getAttribute(name, "Firing")).isEqualTo(1);
        assertThat(SERVER.getAttribute(name, "Looking")).isEqualTo(false);
        CompositeData[] rows = (CompositeData[]) SERVER.getAttribute(name, "Alerts");
        assertThat(rows[0].get("name")).isEqualTo("hot");
        assertThat(rows[0].get("map")).isEqualTo("map7");
        assertThat(events).isEmpty();

        settings.changed(of(""));
        assertThat(next().getTopic()).isEqualTo("io/karst/alert/RESOLVED");
        await(List::isEmpty);
    }

    private static Map<String, Object> properties(Event event) {
        Map<String, Object> properties = new TreeMap<>();
        for (String key : event.getPropertyNames()) {
            if (!key.equals("event.topics")) {
                properties.put(key, event.getProperty(key));
            }
        }
        return properties;
    }

    private void await(Predicate<List<AlertStatus>> state) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!state.test(alerts.status())) {
            assertThat(System.nanoTime()).isLessThan(until);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    @Test
    void leavesNothingInJmx() {
        assertThat(SERVER.isRegistered(name)).isTrue();
        alerts.close();
        assertThat(SERVER.isRegistered(name)).isFalse();
    }
}
