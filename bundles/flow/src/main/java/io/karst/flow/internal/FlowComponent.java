// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.flow.internal.Diagnosis.Finding;
import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The chain of stages. Depends on none of them, so it answers whatever state they are in. */
@Component(name = "io.karst.flow", immediate = true, service = Flow.class)
public final class FlowComponent implements Flow {

    private static final Logger LOG = LoggerFactory.getLogger(FlowComponent.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final BundleContext context;
    private final ServiceComponentRuntime runtime;
    private final Bundles bundles;
    private final Clock clock;
    private final SecondTries secondTries;
    private final Map<String, Entered> entered = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looker = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "karst-flow");
        thread.setDaemon(true);
        return thread;
    });

    private final Future<?> looking;

    /** When a stage came into its state. */
    private record Entered(StageState state, Instant at) {}

    /**
     * Called by Declarative Services.
     *
     * @param context of this bundle
     * @param runtime where the state of every component can be read
     */
    @Activate
    public FlowComponent(BundleContext context, @Reference(name = "runtime") ServiceComponentRuntime runtime) {
        this.context = context;
        this.runtime = runtime;
        this.bundles = new InstalledBundles(context);
        this.clock = Clock.systemUTC();
        this.secondTries = new SecondTries(runtime, bundles, clock);
        looking = looker.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public List<StageReport> stages() {
        Diagnosis diagnosis = new Diagnosis(runtime, bundles, secondTries.setAside());
        return bundles.stages().stream()
                .map(place -> report(place, diagnosis.of(place)))
                .toList();
    }

    private StageReport report(StagePlace place, Finding finding) {
        Optional<Stage> stage = finding.state() == StageState.READY ? stage(finding.componentId()) : Optional.empty();
        Entered since = entered.compute(
                place.name(),
                (name, before) -> before != null && before.state() == finding.state()
                        ? before
                        : new Entered(finding.state(), clock.instant()));
        return new StageReport(
                place.order(),
                place.name(),
                place.bundle(),
                finding.state(),
                stage.map(Stage::readySince).orElse(since.at()),
                stage.map(Stage::startupDuration).orElse(Duration.ZERO),
                finding.waitingFor(),
                finding.failure());
    }

    /** Only for a component known to be active: asking for the service of another would try to activate it. */
    private Optional<Stage> stage(long componentId) {
        try {
            Collection<ServiceReference<Stage>> found =
                    context.getServiceReferences(Stage.class, "(component.id=" + componentId + ")");
            for (ServiceReference<Stage> reference : found) {
                Stage stage = context.getService(reference);
                if (stage != null) {
                    // Held only for as long as it takes to read two values of an immediate component.
                    context.ungetService(reference);
                    return Optional.of(stage);
                }
            }
            return Optional.empty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("filter for component.id=" + componentId, e);
        }
    }

    @SuppressWarnings("IllegalCatch") // top of the thread: one bad look must not end the looking
    private void look() {
        try {
            secondTries.look();
            stages(); // notes when each stage changed
        } catch (RuntimeException e) {
            LOG.warn("could not look at the components", e);
        }
    }

    @Deactivate
    public void close() {
        looking.cancel(true);
        looker.shutdownNow();
        try {
            if (!looker.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the looking thread did not end within {} s", PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        secondTries.release();
    }
}
