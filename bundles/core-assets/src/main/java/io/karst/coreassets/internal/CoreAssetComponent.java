// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.component.TrustedFiles;
import io.karst.coreassets.internal.CoreAssetService.Config;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Offers the asset loader. */
@Component(
        name = "io.karst.core-assets",
        immediate = true,
        service = Stage.class,
        configurationPid = "io.karst.coreassets")
@Designate(ocd = Config.class)
public final class CoreAssetComponent implements Stage {
    private final StageRunner<CoreAssetService> runner;
    private volatile Config config;

    /**
     * Starts the service.
     *
     * @param component context of this component; the bundles of its framework offer assets
     */
    @Activate
    public CoreAssetComponent(ComponentContext component, Config config) {
        this.config = config;
        runner = StageRunner.start(
                component.getServiceReference(),
                List.of(CoreAssetLoader.class, AbilityProbe.class),
                () -> new CoreAssetService(
                        component.getBundleContext(), TrustedFiles::readBelowTrusted, settings(this.config)));
    }

    /** Applies changed settings. A wrong setting is logged and changes nothing. */
    @Modified
    public void changed(Config changed) {
        config = changed;
        runner.changed(service -> service.change(settings(changed)));
    }

    static Settings settings(Config config) {
        return Settings.of(config.btf_file(), config.btf_archive_directory(), config.asset_directory());
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
