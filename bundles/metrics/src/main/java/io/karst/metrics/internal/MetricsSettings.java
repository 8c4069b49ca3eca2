// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How many locks have metrics of their own. */
@Component(
        name = "io.karst.metrics.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = MetricsSettings.PID,
        service = {MetricsSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=" + MetricsSettings.PID)
@Designate(ocd = MetricsSettings.Config.class)
public final class MetricsSettings extends PidSettings<MetricsSettings.Settings> {
    static final String PID = "io.karst.metrics";

    /** What an operator may set; see {@code etc/io.karst.metrics.cfg}. */
    @ObjectClassDefinition(name = "Karst: metrics", description = "Metrics for Prometheus")
    public @interface Config {
        /** Locks, by map and kind, that have metrics of their own, 1 to 10000; all others are added up. */
        @AttributeDefinition(
                name = "Locks with metrics of their own",
                description = "Locks, by map and kind, that have metrics of their own; all others are added up",
                min = "1",
                max = "10000")
        int max_rows() default 256;
    }

    /**
     * The same, checked.
     *
     * @param maxRows locks with metrics of their own
     */
    record Settings(int maxRows) {
        Settings {
            InvalidSettingException.requireWithin("max.rows", maxRows, 1, 10_000);
        }

        static Settings of(Config config) {
            return new Settings(config.max_rows());
        }
    }

    /** Reads them. */
    @Activate
    public MetricsSettings(BundleContext context, Map<String, Object> properties) {
        super(context, PID, Config.class, Settings::of, Set.of(), properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
