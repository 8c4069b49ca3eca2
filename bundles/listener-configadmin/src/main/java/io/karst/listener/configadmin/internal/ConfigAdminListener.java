// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigUpdates;
import io.karst.listener.configadmin.internal.Ledger.Source;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Constants;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

/** Applies {@code KARST_CONFIGADMIN}: any allowed OSGi configuration. */
@Component(name = "io.karst.listener-configadmin", immediate = true, service = ConfigListener.class)
public final class ConfigAdminListener implements ConfigListener {

    private static final String PRODUCT = "KARST_CONFIGADMIN";

    static final Set<String> PRODUCTS = Set.of(PRODUCT);

    private static final String NAME = "configadmin";

    private final RemoteSettings settings;
    private final EventAdmin events;
    private final ComponentContext component;

    /**
     * Puts back what was removed meanwhile.
     *
     * @param component its service answers
     * @throws IOException if that cannot be written
     */
    @Activate
    public ConfigAdminListener(
            ComponentContext component,
            @Reference(name = "remoteSettings") RemoteSettings settings,
            @Reference(name = "configUpdates") ConfigUpdates updates,
            @Reference(name = "eventAdmin") EventAdmin events)
            throws IOException {
        this.component = component;
        this.settings = settings;
        this.events = events;
        if (updates.report().targetsVersion() > 0) {
            settings.keepOnly(updates.current(PRODUCT));
        }
        settings.news(this::tell);
    }

    private void tell(Source source, String why) {
        ApplyOutcome outcome =
                new ApplyOutcome(NAME, source.path(), source.version(), source.sha256(), ApplyState.ERROR, why);
        Object id = component.getServiceReference().getProperty(Constants.SERVICE_ID);
        events.postEvent(
                new Event(ConfigTopics.APPLIED, Map.of(ConfigTopics.OUTCOME, outcome, ConfigTopics.LISTENER, id)));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<String> products() {
        return PRODUCTS;
    }

    @Override
    public Duration deadline() {
        return settings.patience().multipliedBy(3);
    }

    @Override
    public void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
        settings.apply(change);
    }

    @Deactivate
    public void close() {
        settings.news((source, why) -> {});
    }
}
