// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.TypedSettings;
import io.karst.config.SettingsCheck;
import java.io.IOException;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Whether the client would start with these settings; not whether its server would answer. */
@Component(property = SettingsCheck.PID + "=io.karst.config")
public final class ConfigPollerSettingsCheck implements SettingsCheck {

    private final BundleContext context;

    /** Only reads where this Karaf is. */
    @Activate
    public ConfigPollerSettingsCheck(BundleContext context) {
        this.context = context;
    }

    @Override
    public void check(Map<String, Object> settings) {
        Settings wanted = SettingsReader.read(
                TypedSettings.of(ConfigSettings.class, settings), SettingsReader.dataFolder(context));
        try {
            TrustedRoot.read(wanted.root());
        } catch (IOException e) {
            throw new IllegalArgumentException("root=" + wanted.root() + ": " + e.getMessage(), e);
        }
    }
}
