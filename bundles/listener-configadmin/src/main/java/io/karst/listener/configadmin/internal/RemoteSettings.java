// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.component.DaemonThreads;
import io.karst.component.LoggedException;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigCheck;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.config.SettingsCheck;
import io.karst.listener.configadmin.internal.Ledger.Source;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps remotely set OSGi configurations, and can do without the stages: it starts before them, so that a setting that keeps them
 * from starting can be put back. Stage 5 is the last of them: when its service is there, all are ready.
 */
@Component(
        name = "io.karst.remote-settings",
        immediate = true,
        service = {RemoteSettings.class, ConfigurationListener.class, ConfigCheck.class})
public final class RemoteSettings implements ConfigurationListener, ConfigCheck {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteSettings.class);
    private static final Duration END_WITHIN = Duration.ofSeconds(2);

    private final Bridge bridge;
    private final RemoteSettingsBounds bounds;
    private final ScheduledThreadPoolExecutor thread;
    private final Map<String, List<SettingsCheck>> checks = new ConcurrentHashMap<>();
    private volatile List<Flow> flow = List.of();
    private volatile BiConsumer<Source, String> news = (source, why) -> {};
    private boolean ready;

    /**
     * Puts back what was not confirmed, and sets what was.
     *
     * @throws IOException if the ledger or Configuration Admin cannot be read or written
     */
    @Activate
    public RemoteSettings(
            BundleContext bundles,
            @Reference(name = "configurationAdmin") ConfigurationAdmin admin,
            @Reference(name = "componentRuntime") ServiceComponentRuntime components,
            @Reference(name = "metatype") MetaTypeService metatype,
            @Reference(name = "bounds") RemoteSettingsBounds bounds)
            throws IOException {
        this.bounds = bounds;
        bridge = new Bridge(
                new Configurations(admin),
                new Components(components, metatype, bundles),
                pid -> checks.getOrDefault(pid, List.of()),
                Ledger.open(file(bundles)),
                (source, why) -> news.accept(source, why),
                bounds::inForce);
        thread = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("karst-remote-settings"));
        bounds.onChange(() -> run(bridge::keepAllowed));
        ProcessHandle self = ProcessHandle.current();
        if (bridge.start(self.pid() + " " + self.info().startInstant().orElseThrow())) {
            Duration patience = bounds.inForce().stagesPatience();
            Future<?> timer = thread.schedule(() -> tooLate(patience), patience.toNanos(), TimeUnit.NANOSECONDS);
            LOG.debug("stages have to be ready within {}: {}", patience, timer);
        }
    }

    /** In Karaf's data folder, where it outlives this bundle. */
    private static Path file(BundleContext bundles) {
        String data = bundles.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data, "karst", "remote-settings", "ledger.json");
    }

    /** Stage 5 is ready, and so are all before it. */
    @Reference(
            name = "configUpdates",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "ended")
    void ready(ConfigUpdates updates) {
        run(() -> {
            ready = true;
            bridge.ready();
        });
    }

    /** They were ready once since the start, which is what counts. */
    void ended(ConfigUpdates updates) {
        LOG.debug("stage 5 has ended");
    }

    @Reference(
            name = "flow",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "noFlow")
    void flow(Flow found) {
        flow = List.of(found);
    }

    void noFlow(Flow gone) {
        flow = List.of();
    }

    @Reference(
            name = "settingsCheck",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeCheck")
    void addCheck(SettingsCheck check, Map<String, Object> properties) {
        pids(properties)
                .forEach(pid -> checks.merge(
                        pid,
                        List.of(check),
                        (some, one) ->
                                Stream.concat(some.stream(), one.stream()).toList()));
    }

    void removeCheck(SettingsCheck check, Map<String, Object> properties) {
        pids(properties)
                .forEach(pid -> checks.computeIfPresent(pid, (same, some) -> {
                    List<SettingsCheck> left =
                            some.stream().filter(other -> other != check).toList();
                    return left.isEmpty() ? null : left;
                }));
    }

    private static List<String> pids(Map<String, Object> properties) {
        Object pids = properties.get(SettingsCheck.PID);
        if (pids instanceof String[] several) {
            return List.of(several);
        }
        return pids instanceof String one ? List.of(one) : List.of();
    }

    private void tooLate(Duration patience) {
        run(() -> {
            if (!ready) {
                bridge.notReady("within " + patience.toSeconds() + " s of the start: " + missingStages());
            }
        });
    }

    private String missingStages() {
        return flow.stream()
                .flatMap(reports -> reports.stages().stream())
                .filter(stage -> stage.state() != StageState.READY)
                .map(RemoteSettings::why)
                .collect(Collectors.joining(", "));
    }

    private static String why(StageReport stage) {
        return stage.name() + " " + stage.state()
                + stage.lastError().map(error -> " (" + error + ")").orElse("");
    }

    /** Something changed a configuration; it may be one that is set remotely. */
    @Override
    public void configurationEvent(ConfigurationEvent event) {
        String pid = event.getPid();
        run(() -> bridge.changed(pid));
    }

    private interface Work {
        void run() throws IOException;
    }

    @SuppressWarnings("IllegalCatch") // top of a thread
    private void run(Work work) {
        try {
            thread.execute(() -> {
                try {
                    work.run();
                } catch (IOException | RuntimeException | Error e) {
                    LOG.error("remote settings cannot be kept", LoggedException.of(e));
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("remote settings have ended", LoggedException.of(e));
        }
    }

    /** Time for a component to work with new values. */
    Duration patience() {
        return bounds.inForce().patience();
    }

    /** From now on this hears of configurations that are no longer in force, and why. */
    void news(BiConsumer<Source, String> hears) {
        news = hears;
    }

    void keepOnly(List<RemoteConfig> current) throws IOException {
        bridge.keepOnly(current);
    }

    void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
        bridge.apply(change);
    }

    @Override
    public Set<String> products() {
        return ConfigAdminListener.PRODUCTS;
    }

    @Override
    public void check(byte[] content) throws ConfigRefusedException {
        bridge.check(content);
    }

    /** What is set stays set. */
    @Deactivate
    public void close() {
        if (!DaemonThreads.end(END_WITHIN, List.of(thread))) {
            LOG.warn("the thread of remote settings ignores its interrupt; it is left behind");
        }
    }
}
