// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.component.TrustedFiles;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Offers the asset loader. */
@Component(name = "io.karst.core-assets", immediate = true, service = Stage.class)
public final class CoreAssetComponent implements Stage {
    private final StageRunner<CoreAssetService> runner;
    private final CoreAssetSettings settings;

    /**
     * Starts the service.
     *
     * @param component context of this component; the bundles of its framework offer assets
     */
    @Activate
    public CoreAssetComponent(ComponentContext component, @Reference(name = "settings") CoreAssetSettings settings) {
        this.settings = settings;
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(CoreAssetLoader.class, AbilityProbe.class),
                    () -> new CoreAssetService(
                            component.getBundleContext(), TrustedFiles::readBelowTrusted, settings.inForce()));
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
