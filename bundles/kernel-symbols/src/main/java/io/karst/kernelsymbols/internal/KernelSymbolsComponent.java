// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import io.karst.symbol.KernelSymbols;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Stage 2: ready when the symbols that the inventory names are looked up. */
@Component(
        name = "io.karst.kernel-symbols",
        immediate = true, // a stage does its work at start
        service = Stage.class,
        property = {Stage.NAME + "=kernel-symbols", Stage.ORDER + ":Integer=2"})
public final class KernelSymbolsComponent implements Stage {
    private final StageRunner<KernelSymbolsStage> runner;

    /** Starts the stage. */
    @Activate
    public KernelSymbolsComponent(
            ComponentContext component,
            @Reference(name = "resourceInventory") ResourceInventory inventory,
            @Reference(name = "coreAssetLoader") CoreAssetLoader loader,
            @Reference(name = "bpf") Bpf bpf) {
        runner = StageRunner.start(
                component.getServiceReference(),
                List.of(KernelSymbols.class, AbilityProbe.class),
                () -> new KernelSymbolsStage(inventory, loader, bpf));
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
