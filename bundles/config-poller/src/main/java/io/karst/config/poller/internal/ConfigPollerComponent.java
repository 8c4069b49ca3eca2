// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigUpdates;
import io.karst.poll.PollLoop;
import io.karst.poll.PollTask;
import io.karst.remoteconfig.wire.ConfigWire;
import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageRunner;
import java.util.List;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Stage 5. Ready when the last good configuration is restored; the poll loop does the rest. */
@Component(
        name = "io.karst.config-poller",
        immediate = true,
        service = Stage.class,
        property = {
            Stage.NAME + "=config-poller",
            Stage.ORDER + ":Integer=5",
            EventConstants.EVENT_TOPIC + "=" + ConfigTopics.APPLIED
        })
public final class ConfigPollerComponent implements Stage {
    private volatile StageRunner<ConfigPollerStage> runner;

    /**
     * Starts the stage.
     *
     * @param loop stage 4, which polls
     */
    @Activate
    public ConfigPollerComponent(
            ComponentContext component,
            @Reference(name = "pollLoop") PollLoop loop,
            @Reference(name = "configWire") ConfigWire wire,
            @Reference(name = "eventAdmin") EventAdmin events,
            @Reference(name = "settings") ConfigPollerSettings settings) {
        synchronized (settings) {
            runner = StageRunner.start(
                    component.getServiceReference(),
                    List.of(ConfigUpdates.class, PollTask.class, EventHandler.class, ConfigPollerStage.class),
                    () -> ConfigPollerStage.start(wire, events, settings.inForce(), component.getBundleContext()));
            settings.onChange(() -> runner = runner.reopened());
        }
    }

    @Override
    public StageReport report() {
        return runner.report();
    }
}
