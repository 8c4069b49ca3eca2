// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.settings.PidSettings;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Where the server listens, and to whom. */
@Component(
        name = "io.karst.config-server.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.configserver",
        service = {ConfigServerSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.configserver")
@Designate(ocd = ServerSettings.class)
public final class ConfigServerSettings extends PidSettings<ServerSettings> {
    /** Reads them. */
    @Activate
    public ConfigServerSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                "io.karst.configserver",
                ServerSettings.class,
                settings -> {
                    ConfigServer.check(settings);
                    return settings;
                },
                Set.of("host", "names", "root.key", "require.client.certificate"),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
