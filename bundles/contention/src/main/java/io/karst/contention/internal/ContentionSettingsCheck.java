// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import io.karst.component.TypedSettings;
import io.karst.config.SettingsCheck;
import io.karst.contention.internal.LockContentionService.Config;
import io.karst.contention.internal.LockContentionService.Settings;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the service would work with these settings. */
@Component(property = SettingsCheck.PID + "=io.karst.contention")
public final class ContentionSettingsCheck implements SettingsCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ContentionSettingsCheck.class);

    @Override
    public void check(Map<String, Object> settings) {
        LOG.debug("usable: {}", Settings.of(TypedSettings.of(Config.class, settings)));
    }
}
