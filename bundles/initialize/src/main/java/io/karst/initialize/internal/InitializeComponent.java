// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stage 1. Ready when the first inventory is complete. */
@Component(
        name = "io.karst.initialize",
        immediate = true, // a stage does its work at start
        service = Stage.class,
        configurationPolicy = ConfigurationPolicy.IGNORE, // its name is the settings' PID: a change would restart it
        property = {Stage.NAME + "=initialize", Stage.ORDER + ":Integer=1"})
public final class InitializeComponent implements Stage {
    private static final Logger LOG = LoggerFactory.getLogger(InitializeComponent.class);

    private final StageRunner<MapInventory> runner;
    private final InitializeSettings settings;

    /** What an operator may set; see {@code etc/io.karst.initialize.cfg}. */
    @ObjectClassDefinition(name = "Karst: maps", description = "Which eBPF maps are tracked")
    public @interface Config {
        /** Which maps' locks are watched: all, own or pattern. */
        @AttributeDefinition(
                name = "Track",
                description = "Maps whose locks are traced; every map is listed in any case",
                options = {
                    @Option(label = "every map", value = "all"),
                    @Option(label = "maps of this process", value = "own"),
                    @Option(label = "maps by name", value = "pattern")
                })
        String track() default "all";

        /** Names of maps with {@code *} and {@code ?}, separated by commas; empty unless track is pattern. */
        @AttributeDefinition(
                name = "Pattern",
                description = "Names with * and ?, separated by commas; only if maps are tracked by name")
        String pattern() default "";
    }

    /** Starts the stage. */
    @Activate
    public InitializeComponent(
            ComponentContext component,
            @Reference(name = "coreAssetLoader") CoreAssetLoader loader,
            @Reference(name = "bpf") Bpf bpf,
            @Reference(name = "settings") InitializeSettings settings) {
        this.settings = settings;
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(ResourceInventory.class, AbilityProbe.class),
                    () -> MapInventory.open(loader, bpf, settings.inForce()));
            settings.onChange(this::changed);
        }
    }

    /** Applies changed settings from the next scan on, which follows within milliseconds. Nothing is stopped. */
    private void changed() {
        runner.changed(inventory -> {
            MapFilter filter = settings.inForce();
            inventory.track(filter);
            LOG.info("track={} patterns={} from the next scan on", filter.mode(), filter.patterns());
        });
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
