// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package com.example.greeting;

import io.karst.config.ApplyOutcome;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A farewell that can be configured remotely, with EventAdmin only. */
@Component(
        immediate = true, // not only with the first event: it has to ask for what is in force
        property = EventConstants.EVENT_TOPIC + "=" + ConfigTopics.PREFIX + FarewellHandler.PRODUCT + "/*")
public final class FarewellHandler implements EventHandler {

    static final String PRODUCT = "EXAMPLE_FAREWELL";

    private static final Logger LOG = LoggerFactory.getLogger(FarewellHandler.class);
    private static final String DEFAULT = "Goodbye";

    private final EventAdmin events;
    private volatile String farewell = DEFAULT;

    /** Asks for what is in force; later changes arrive as events. */
    @Activate
    public FarewellHandler(@Reference EventAdmin events, @Reference ConfigUpdates updates) {
        this.events = events;
        updates.current(PRODUCT).forEach(this::apply);
    }

    @Override
    public void handleEvent(Event event) {
        if (event.getProperty(ConfigTopics.CHANGE) instanceof ConfigChange change) {
            if (change.kind() == ConfigChange.Kind.REMOVED) {
                set(DEFAULT);
            } else {
                apply(change.config());
            }
        }
    }

    private void apply(RemoteConfig config) {
        ApplyOutcome outcome;
        try {
            set(GreetingListener.parse(config.content()));
            outcome = ApplyOutcome.applied("farewell", config);
        } catch (ConfigRefusedException e) {
            outcome = ApplyOutcome.failed("farewell", config, e.getMessage());
        }
        events.postEvent(new Event(ConfigTopics.APPLIED, Map.of(ConfigTopics.OUTCOME, outcome)));
    }

    private void set(String text) {
        farewell = text;
        LOG.info("The farewell is now: {}", farewell);
    }
}
