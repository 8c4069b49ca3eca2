// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

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

/** Which maps are tracked. */
@Component(
        name = "io.karst.initialize.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.initialize",
        service = {InitializeSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.initialize")
@Designate(ocd = InitializeComponent.Config.class)
public final class InitializeSettings extends PidSettings<MapFilter> {
    /** Reads them. */
    @Activate
    public InitializeSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                "io.karst.initialize",
                InitializeComponent.Config.class,
                config -> MapFilter.of(config.track(), config.pattern()),
                Set.of(),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
