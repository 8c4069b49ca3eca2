// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.settings.PidSettings;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Which server is asked, whom the client trusts, and how often it asks. */
@Component(
        name = "io.karst.config-poller.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.config",
        service = {ConfigPollerSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.config")
@Designate(ocd = ConfigSettings.class)
public final class ConfigPollerSettings extends PidSettings<Settings> {

    /** Reads them. */
    @Activate
    public ConfigPollerSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                "io.karst.config",
                ConfigSettings.class,
                config -> SettingsReader.read(config, SettingsReader.dataFolder(context)),
                Set.of("address", "root", "trust.anchor", "client.certificate", "token.file", "org.uuid", "org.id"),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }

    /** Whether the client would start; not whether its server would answer. */
    @Override
    protected void checkSurroundings(Settings wanted, Set<String> keys) {
        try {
            TrustedRoot.read(wanted.root());
        } catch (IOException e) {
            throw new IllegalArgumentException("root=" + wanted.root() + ": " + e.getMessage(), e);
        }
    }
}
