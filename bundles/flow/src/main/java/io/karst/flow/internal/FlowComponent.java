// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.flow.internal.Diagnosis.Finding;
import io.karst.stage.Flow;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** The chain of stages. Depends on none of them, so it answers whatever state they are in. */
@Component(name = "io.karst.flow", immediate = true, service = Flow.class)
public final class FlowComponent implements Flow, ServiceListener {

    private final BundleContext context;
    private final ServiceComponentRuntime runtime;
    private final Bundles bundles;
    private final Clock clock = Clock.systemUTC();
    private final Instant started = clock.instant();

    /** When the component of a stage was last unregistered, by component name. */
    private final Map<String, Instant> gone = new ConcurrentHashMap<>();

    /** Begins to listen for stages that go. */
    @Activate
    public FlowComponent(BundleContext context, @Reference(name = "runtime") ServiceComponentRuntime runtime) {
        this.context = context;
        this.runtime = runtime;
        this.bundles = new InstalledBundles(context);
        try {
            context.addServiceListener(this, "(" + Constants.OBJECTCLASS + "=" + Stage.class.getName() + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void serviceChanged(ServiceEvent event) {
        if (event.getType() == ServiceEvent.UNREGISTERING) {
            gone.put(String.valueOf(event.getServiceReference().getProperty("component.name")), clock.instant());
        }
    }

    @Override
    public List<StageReport> stages() {
        Diagnosis diagnosis = new Diagnosis(runtime, bundles);
        return bundles.stages().stream()
                .map(place -> bundles.running(place.component()).orElseGet(() -> report(place, diagnosis.of(place))))
                .toList();
    }

    private StageReport report(StagePlace place, Finding finding) {
        return new StageReport(
                place.order(),
                place.name(),
                place.bundle(),
                finding.state(),
                gone.getOrDefault(place.component(), started),
                Duration.ZERO,
                finding.waitingFor(),
                finding.failure());
    }

    @Deactivate
    public void close() {
        context.removeServiceListener(this);
    }
}
