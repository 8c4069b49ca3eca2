// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.OnlineCpus;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.TracingControl;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * Offers snapshots of lock contention. Immediate, because new maps have to be traced soon after their creation, not only from
 * the first query on.
 */
@Component(
        name = "io.karst.contention",
        immediate = true,
        service = Stage.class,
        configurationPolicy = ConfigurationPolicy.IGNORE) // its name is the settings' PID: a change would restart it
public final class LockContentionComponent implements Stage {
    private static final Duration KEEP_INTERVAL = Duration.ofSeconds(5);

    private final StageRunner<LockContentionService> runner;
    private final ContentionSettings settings;

    /** Starts the service. */
    @Activate
    public LockContentionComponent(
            ComponentContext component,
            @Reference(name = "tracer") LockTracer tracer,
            @Reference(name = "inventory") ResourceInventory inventory,
            @Reference(name = "settings") ContentionSettings settings) {
        this.settings = settings;
        String data = component.getBundleContext().getProperty("karaf.data");
        MapsFile file = new MapsFile(
                Path.of(data == null ? "data" : data, "karst", "contention", "maps.bin"),
                Path.of("/proc/sys/kernel/random/boot_id"));
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(LockContention.class, TracingControl.class),
                    () -> new LockContentionService(
                            tracer,
                            inventory,
                            settings.inForce(),
                            System::nanoTime,
                            () -> OnlineCpus.count(Path.of("/sys")),
                            file,
                            KEEP_INTERVAL));
            settings.onChange(this::changed);
        }
    }

    private void changed() {
        runner.changed(service -> service.change(settings.inForce()));
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
