// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.config.ConfigUpdates;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.metrics.Metric;
import io.karst.metrics.Metrics;
import io.karst.metrics.internal.Exposition.Readings;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Flow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads all services of Karst. Every one may be missing: then its metrics are. */
@Component(name = "io.karst.metrics.readings")
public final class MetricsComponent implements Metrics {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsComponent.class);
    private static final int MAX_NAMES = 10;

    private final MetricsSettings settings;
    private final RateLimitedLog log = new RateLimitedLog(System::nanoTime);
    private final Rows rows = new Rows();

    @Reference(name = "contention", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<LockContention> contention = List.of();

    @Reference(name = "tracer", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<LockTracer> tracer = List.of();

    @Reference(name = "inventory", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ResourceInventory> inventory = List.of();

    @Reference(name = "flow", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Flow> flow = List.of();

    @Reference(name = "configuration", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ConfigUpdates> configuration = List.of();

    /** Called by the service component runtime. */
    @Activate
    public MetricsComponent(@Reference(name = "settings") MetricsSettings settings) {
        this.settings = settings;
    }

    MetricsComponent(
            MetricsSettings settings,
            List<LockContention> contention,
            List<LockTracer> tracer,
            List<ResourceInventory> inventory,
            List<Flow> flow,
            List<ConfigUpdates> configuration) {
        this(settings);
        this.contention = List.copyOf(contention);
        this.tracer = List.copyOf(tracer);
        this.inventory = List.copyOf(inventory);
        this.flow = List.copyOf(flow);
        this.configuration = List.copyOf(configuration);
    }

    /** One reader after the other, so that no row sees an older reading after a newer one. */
    @Override
    public synchronized List<Metric> read() {
        long begun = System.nanoTime();
        Optional<ContentionSnapshot> snapshot = ask(contention, LockContention::latest);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        Optional<Rows.Table> table =
                snapshot.map(reading -> rows.read(reading, settings.inForce().maxRows()));
        table.ifPresent(this::tellFolded);
        return Exposition.of(new Readings(
                snapshot,
                table,
                ask(tracer, LockTracer::cost),
                ask(inventory, ResourceInventory::current),
                ask(flow, Flow::stages).orElse(List.of()),
                ask(configuration, ConfigUpdates::report),
                took));
    }

    /** A service may end while it is asked, or fail for a reason that its stage reports. */
    @SuppressWarnings("IllegalCatch") // whatever one service throws, the metrics of the others are answered
    private <S, T> Optional<T> ask(List<S> services, Function<S, T> question) {
        try {
            return services.stream().findFirst().map(question);
        } catch (RuntimeException e) {
            tell(e.getClass(), "metrics are incomplete: {}", SafeText.of(e));
            return Optional.empty();
        }
    }

    private void tellFolded(Rows.Table table) {
        if (!table.newlyFolded().isEmpty()) {
            tell(
                    "folded",
                    "metrics: max.rows={} leaves out {} locks, which are added up as map=\"other\"; new among them: {}",
                    settings.inForce().maxRows(),
                    table.folded().size(),
                    names(table.newlyFolded()));
        }
    }

    private static String names(List<LockWaits> locks) {
        String names = locks.stream()
                .limit(MAX_NAMES)
                .map(lock -> lock.map() + " (map " + lock.mapId() + ") "
                        + lock.kind().map(Enum::name).orElse(""))
                .collect(Collectors.joining(", "));
        int more = locks.size() - MAX_NAMES;
        return SafeText.of(more > 0 ? names + " and " + more + " more" : names);
    }

    private void tell(Object key, String message, Object... details) {
        OptionalLong leftOut = log.permit(key);
        if (leftOut.isPresent()) {
            LOG.warn(message, details);
        }
    }
}
