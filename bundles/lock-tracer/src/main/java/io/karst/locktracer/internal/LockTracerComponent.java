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
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Stage 3. Ready when the contention programs are counting; the self-test follows beside them. */
@Component(
        name = "io.karst.lock-tracer",
        immediate = true, // tracing begins at start, not with the first query
        service = Stage.class,
        property = {Stage.NAME + "=lock-tracer", Stage.ORDER + ":Integer=3"})
public final class LockTracerComponent implements Stage {
    private final StageRunner<LockTracerStage> runner;
    private final LockTracerSettings settings;

    /** Starts the stage. */
    @Activate
    public LockTracerComponent(
            ComponentContext component,
            @Reference(name = "bpf") Bpf bpf,
            @Reference(name = "assetLoader") CoreAssetLoader loader,
            @Reference(name = "inventory") ResourceInventory inventory,
            @Reference(name = "symbols") KernelSymbols symbols,
            @Reference(name = "settings") LockTracerSettings settings) {
        this.settings = settings;
        SelfTest.Parts parts = new SelfTest.Parts(bpf, loader, inventory, symbols);
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(LockTracer.class, AbilityProbe.class, PollTask.class),
                    () -> new LockTracerStage(parts, settings.inForce(), Clock.systemUTC()));
            settings.onChange(this::changed);
        }
    }

    private void changed() {
        runner.changed(stage -> stage.change(settings.inForce()));
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
