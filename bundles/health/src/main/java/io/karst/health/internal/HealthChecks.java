// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.ability.AbilityProbe;
import io.karst.component.ServiceLookup;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.contention.LockContention;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Offers the health checks of Karst to Felix's executor: some for good, and one for each stage that is installed. All are tagged {@value
 * #ALL}.
 */
@Component(
        name = "io.karst.health.checks",
        immediate = true,
        service = {})
public final class HealthChecks implements BundleListener {

    /** Tag of all checks. */
    static final String ALL = "karst";

    /** Tag of the checks that tell whether a restart is needed. */
    static final String LIVE = "karst-live";

    /** Tag of the checks that tell whether contention can be read. */
    static final String READY = "karst-ready";

    private static final String STAGE = "karst stage ";
    private static final Set<String> WITH_CERTIFICATES = Set.of("io.karst.config-poller", "io.karst.config-server");

    /** Whoever asks once a minute sees what another one was told. */
    private static final long STICKY_SECONDS = 60;

    private final BundleContext context;
    private final ServiceLookup lookup;
    private final List<ServiceRegistration<HealthCheck>> lasting = new ArrayList<>();
    private final Map<String, ServiceRegistration<HealthCheck>> stages = new HashMap<>();

    /** Registers the checks. */
    @Activate
    public HealthChecks(BundleContext context) {
        this.context = context;
        lookup = new ServiceLookup(context);
        LostEvents lost = new LostEvents();
        lasting.add(register("karst live", LIVE, Map.of(), () -> Checks.live(deadlocked())));
        lasting.add(register("karst ready", READY, Map.of(), this::ready));
        lasting.add(register(
                "karst lost events",
                ALL,
                Map.of(HealthCheck.KEEP_NON_OK_RESULTS_STICKY_FOR_SEC, STICKY_SECONDS),
                () -> lost.check(lookup.read(LockContention.class, LockContention::latest))));
        lasting.add(register("karst configuration fresh", ALL, Map.of(), () -> Checks.fresh(config(), stages())));
        lasting.add(register(
                "karst metadata expires", ALL, Map.of(), () -> Checks.metadata(config(), stages(), Instant.now())));
        lasting.add(register(
                "karst certificate expires",
                ALL,
                Map.of(),
                () -> Checks.certificates(
                        lookup.all(AbilityProbe.class, WITH_CERTIFICATES::contains, AbilityProbe::probeSafely).stream()
                                .flatMap(List::stream)
                                .toList())));
        context.addBundleListener(this);
        follow();
    }

    private static long[] deadlocked() {
        long[] found = ManagementFactory.getThreadMXBean().findDeadlockedThreads();
        return found == null ? new long[0] : found;
    }

    private Result ready() {
        return Checks.ready(
                stages(), lookup.read(LockContention.class, contention -> true).orElse(false));
    }

    private Optional<ConfigReport> config() {
        return lookup.read(ConfigUpdates.class, ConfigUpdates::report);
    }

    private List<StageReport> stages() {
        return lookup.read(Flow.class, Flow::stages).orElse(List.of());
    }

    private ServiceRegistration<HealthCheck> register(
            String name, String tag, Map<String, Object> further, Supplier<Result> check) {
        Map<String, Object> properties = new HashMap<>(further);
        properties.put(HealthCheck.NAME, name);
        properties.put(HealthCheck.TAGS, tag.equals(ALL) ? new String[] {ALL} : new String[] {ALL, tag});
        return context.registerService(HealthCheck.class, check::get, FrameworkUtil.asDictionary(properties));
    }

    /** A bundle that came or went may be a stage, or the one that knows the stages. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STARTED || event.getType() == BundleEvent.UNINSTALLED) {
            follow();
        }
    }

    private synchronized void follow() {
        Set<String> installed = new HashSet<>();
        stages().forEach(stage -> installed.add(stage.name()));
        for (String name : installed) {
            stages.computeIfAbsent(
                    name, same -> register(STAGE + same, ALL, Map.of(), () -> Checks.stage(same, stages())));
        }
        stages.entrySet().removeIf(registered -> {
            boolean gone = !installed.contains(registered.getKey());
            if (gone) {
                registered.getValue().unregister();
            }
            return gone;
        });
    }

    /** Takes them back. */
    @Deactivate
    public synchronized void close() {
        context.removeBundleListener(this);
        lasting.forEach(ServiceRegistration::unregister);
        stages.values().forEach(ServiceRegistration::unregister);
        stages.clear();
    }
}
