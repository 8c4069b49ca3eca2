// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import io.karst.component.TypedSettings;
import io.karst.config.SettingsCheck;
import io.karst.initialize.internal.InitializeComponent.Config;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the stage would start with these settings. */
@Component(property = SettingsCheck.PID + "=io.karst.initialize")
public final class InitializeSettingsCheck implements SettingsCheck {

    private static final Logger LOG = LoggerFactory.getLogger(InitializeSettingsCheck.class);

    @Override
    public void check(Map<String, Object> settings) {
        LOG.debug("usable: {}", InitializeComponent.tracking(TypedSettings.of(Config.class, settings)));
    }
}
