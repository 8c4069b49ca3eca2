// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.OnlineCpus;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.TracingControl;
import io.karst.contention.internal.LockContentionService.Config;
import io.karst.contention.internal.LockContentionService.Settings;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Offers snapshots of lock contention. Immediate, because new maps have to be traced soon after their creation, not only from
 * the first query on.
 */
@Component(
        name = "io.karst.contention",
        immediate = true,
        service = Stage.class,
        configurationPid = "io.karst.contention")
@Designate(ocd = Config.class)
public final class LockContentionComponent implements Stage {
    private final StageRunner<LockContentionService> runner;
    private volatile Config config;

    /** Starts the service. */
    @Activate
    public LockContentionComponent(
            ComponentContext component,
            @Reference(name = "tracer") LockTracer tracer,
            @Reference(name = "inventory") ResourceInventory inventory,
            Config config) {
        this.config = config;
        runner = StageRunner.start(
                component.getServiceReference(),
                List.of(LockContention.class, TracingControl.class),
                () -> new LockContentionService(
                        tracer,
                        inventory,
                        Settings.of(this.config),
                        System::nanoTime,
                        () -> OnlineCpus.count(Path.of("/sys"))));
    }

    /** Applies changed settings. An invalid one is logged and changes nothing. */
    @Modified
    public void changed(Config changed) {
        config = changed;
        runner.changed(service -> service.change(Settings.of(changed)));
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
