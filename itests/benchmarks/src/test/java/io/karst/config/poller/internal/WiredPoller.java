// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigListener;
import io.karst.poll.PollTask;
import io.karst.poll.internal.RunningLoop;
import io.karst.remoteconfig.wire.ConfigWire;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Stages 4 and 5 and one listener, wired by hand the way that Declarative Services wire them. */
public final class WiredPoller implements AutoCloseable {

    private final RunningLoop loop = new RunningLoop();
    private final ConfigPollerStage stage;
    private final ListenerDispatcher dispatcher;

    /**
     * Polls from now on. Credentials, root and state are where they are by default.
     *
     * @param bundles of a framework with an {@link EventAdmin}, whose property {@code karaf.data} names the data folder
     * @param wire connects
     * @param address of the server
     * @param interval between two questions
     * @param listener hears of every change
     */
    public WiredPoller(
            BundleContext bundles, ConfigWire wire, String address, Duration interval, ConfigListener listener) {
        EventAdmin events = bundles.getService(bundles.getServiceReference(EventAdmin.class));
        stage = ConfigPollerStage.start(
                wire,
                events,
                SettingsReader.read(
                        new Given(address, String.join(",", listener.products()), interval),
                        SettingsReader.dataFolder(bundles)),
                bundles);
        dispatcher = new ListenerDispatcher(stage, events);
        Object id = bundles.registerService(ConfigListener.class, listener, null)
                .getReference()
                .getProperty(Constants.SERVICE_ID);
        dispatcher.addListener(listener, Map.of(Constants.SERVICE_ID, id));
        bundles.registerService(EventHandler.class, stage, topics(ConfigTopics.APPLIED));
        bundles.registerService(EventHandler.class, dispatcher, topics(ConfigTopics.ALL));
        loop.add((PollTask) stage);
    }

    private static Dictionary<String, Object> topics(String topic) {
        return FrameworkUtil.asDictionary(Map.of(EventConstants.EVENT_TOPIC, topic));
    }

    @Override
    public void close() {
        loop.close();
        dispatcher.close();
        stage.close();
    }

    private record Given(String address, String listed, Duration interval) implements ConfigSettings {
        @Override
        public String org_uuid() {
            return "";
        }

        @Override
        public long org_id() {
            return -1;
        }

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public String[] products() {
            return new String[] {listed};
        }

        @Override
        public String client_name() {
            return "";
        }

        @Override
        public String[] client_labels() {
            return new String[0];
        }

        @Override
        public String root() {
            return "";
        }

        @Override
        public String trust_anchor() {
            return "";
        }

        @Override
        public String client_certificate() {
            return "";
        }

        @Override
        public String token_file() {
            return "";
        }

        @Override
        public long interval_millis() {
            return interval.toMillis();
        }

        @Override
        public long deadline_millis() {
            return 10_000;
        }

        @Override
        public long stale_after_millis() {
            return 60_000;
        }

        @Override
        public long answer_within_millis() {
            return 60_000;
        }

        @Override
        public int max_response_bytes() {
            return 110 << 20;
        }

        @Override
        public boolean partial() {
            return false;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return ConfigSettings.class;
        }
    }
}
