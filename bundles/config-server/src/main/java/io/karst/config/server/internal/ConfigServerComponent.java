// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.ConfigClients;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Starts the embedded server, again and again while its port is taken. Changed settings start it anew. */
@Component(
        name = "io.karst.config-server",
        immediate = true,
        service = Stage.class,
        property = {Stage.NAME + "=config-server", Stage.ORDER + ":Integer=" + StageReport.BESIDE})
public final class ConfigServerComponent implements Stage {
    private volatile StageRunner<ConfigServer> runner;

    /** Starts the server. */
    @Activate
    public ConfigServerComponent(
            ComponentContext component,
            @Reference(name = "configWire") ConfigWire wire,
            @Reference(name = "settings") ConfigServerSettings settings) {
        Path folder = folder(component.getBundleContext());
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(ConfigServer.class, ConfigClients.class, AbilityProbe.class),
                    () -> new ConfigServer(wire, settings.inForce(), folder, Clock.systemUTC(), new SecureRandom()));
            settings.onChange(() -> runner = runner.reopened());
        }
    }

    private static Path folder(BundleContext bundles) {
        String data = bundles.getProperty("karaf.data");
        return Path.of(data == null ? "data" : data).resolve("karst").resolve("config-server");
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
