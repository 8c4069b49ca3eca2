// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ApplyOutcome;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.poll.PollTask;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.osgi.framework.BundleContext;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventHandler;

/** Keeps the configuration current, tells listeners, and tells the server what they made of it. */
public final class ConfigPollerStage implements ConfigUpdates, PollTask, EventHandler, AutoCloseable {

    /** Beyond the exchange's own deadline: verifying and storing 110 MiB on a slow machine. */
    private static final Duration WORK = Duration.ofSeconds(30);

    private static final int ID_LENGTH = 21;
    private static final String ID_LETTERS = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final ConfigTransport transport;
    private final Poller poller;
    private final Duration deadline;

    /**
     * Connects, and restores the last good configuration.
     *
     * @param bundles finds subscribers, and Karaf's data folder
     */
    ConfigPollerStage(ConfigWire wire, EventAdmin events, ConfigSettings config, BundleContext bundles) {
        Settings settings = SettingsReader.read(config, SettingsReader.dataFolder(bundles));
        Subscribers subscribers = new Subscribers(bundles);
        Clock clock = Clock.systemUTC();
        transport = wire.connect(settings.connection());
        deadline = settings.connection().deadline().plus(WORK);
        poller = new Poller(
                settings,
                transport,
                identity(settings.products(), bundles.getBundle().getVersion().toString()),
                new Poller.Surroundings(
                        clock,
                        System::nanoTime,
                        () -> ThreadLocalRandom.current().nextDouble(),
                        change -> events.postEvent(event(change)),
                        subscribers::of));
        poller.restore();
    }

    private static Event event(ConfigChange change) {
        return new Event(change.topic(), Map.of(ConfigTopics.CHANGE, change));
    }

    private static Client identity(List<String> products, String version) {
        SecureRandom random = new SecureRandom();
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
        }
        return Client.agent(id.toString(), products, new AgentDetails("karst", version, "", "", List.of()));
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public Duration interval() {
        return poller.pause();
    }

    @Override
    public Duration deadline() {
        return deadline;
    }

    @Override
    public void poll() throws InterruptedException {
        poller.poll();
    }

    @Override
    public void handleEvent(Event event) {
        if (event.getProperty(ConfigTopics.OUTCOME) instanceof ApplyOutcome outcome) {
            poller.take(outcome);
        }
    }

    @Override
    public List<RemoteConfig> current(String product) {
        return poller.configs().stream()
                .filter(config -> config.product().equals(product))
                .toList();
    }

    @Override
    public ConfigReport report() {
        return poller.report();
    }

    /** Ends the connection; the last good configuration stays on disk. */
    @Override
    public void close() {
        transport.close();
    }
}
