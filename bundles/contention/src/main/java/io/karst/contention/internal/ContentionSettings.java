// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

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

/** How often maps are scanned, and how long deleted ones are kept. */
@Component(
        name = "io.karst.contention.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.contention",
        service = {ContentionSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.contention")
@Designate(ocd = LockContentionService.Config.class)
public final class ContentionSettings extends PidSettings<LockContentionService.Settings> {
    /** Reads them. */
    @Activate
    public ContentionSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                "io.karst.contention",
                LockContentionService.Config.class,
                LockContentionService.Settings::of,
                Set.of(),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
