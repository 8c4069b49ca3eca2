// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Checks the settings of a component before remote configuration writes them. Register it as a service with the property {@link
 * #PID}. It has to answer also while its component cannot start, so it depends on nothing. A component without a check is
 * restarted with the new settings instead, to see whether it starts.
 */
@ConsumerType
public interface SettingsCheck {

    /** Service property: the PID whose settings are checked, a {@code String} or a {@code String[]}. */
    String PID = "karst.settings.pid";

    /**
     * Checks all settings of a PID together. It has to refuse what the component would refuse now, and what would keep the
     * component from starting the next time.
     *
     * @param settings values by key, as they would be in Configuration Admin; defaults are left out
     * @throws IllegalArgumentException if the component could not work with them; the message names key, value and what is
     *     allowed, and goes back to the server
     */
    void check(Map<String, Object> settings);
}
