// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.contention.LockTracer;
import io.karst.poll.PollTask;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import io.karst.symbol.KernelSymbols;
import java.time.Clock;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Stage 3. Ready when the contention programs are counting and the self-test is done. */
@Component(
        name = "io.karst.lock-tracer",
        immediate = true, // tracing begins at start, not with the first query
        service = Stage.class,
        configurationPid = "io.karst.locktracer",
        property = {Stage.NAME + "=lock-tracer", Stage.ORDER + ":Integer=3"})
@Designate(ocd = LockTracerStage.Config.class)
public final class LockTracerComponent implements Stage {
    private final StageRunner<LockTracerStage> runner;
    private final BundleContext context;
    private volatile LockTracerStage.Config config;

    /** Starts the stage. */
    @Activate
    public LockTracerComponent(
            ComponentContext component,
            @Reference(name = "bpf") Bpf bpf,
            @Reference(name = "assetLoader") CoreAssetLoader loader,
            @Reference(name = "inventory") ResourceInventory inventory,
            @Reference(name = "symbols") KernelSymbols symbols,
            LockTracerStage.Config config) {
        this.config = config;
        context = component.getBundleContext();
        SelfTest.Parts parts = new SelfTest.Parts(bpf, loader, inventory, symbols);
        runner = StageRunner.start(
                component.getServiceReference(),
                List.of(LockTracer.class, AbilityProbe.class, PollTask.class),
                () -> new LockTracerStage(parts, LockTracerStage.settings(context, this.config), Clock.systemUTC()));
    }

    /** An operator changed settings. A wrong one is logged and changes nothing. */
    @Modified
    public void changed(LockTracerStage.Config changed) {
        config = changed;
        runner.changed(stage -> stage.change(LockTracerStage.settings(context, changed)));
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
