// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Which alerts there are, and whom they call. */
@Component(
        name = "io.karst.alerts.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.alerts",
        service = {AlertSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.alerts")
@Designate(ocd = AlertSettings.Config.class)
public final class AlertSettings extends PidSettings<AlertSettings.Settings> {

    /** What an operator may set; see {@code etc/io.karst.alerts.cfg}. */
    @ObjectClassDefinition(
            name = "Karst: alerts",
            description = "Alerts on contended locks: log, event, JMX notification and webhook")
    public @interface Config {
        /** The alerts; none, if it is empty. */
        @AttributeDefinition(
                name = "Alerts",
                description =
                        "NAME: share > 1 % (or p99 > 5 ms, or rate > 1000/s) for 30 s map flow_* kind hash_bucket."
                                + " Leave out for, map and kind for 30 s and all locks")
        String[] alerts() default {"hot: share > 1 % for 30 s"};

        /** File with the webhook's URL and headers; empty for no webhook. */
        @AttributeDefinition(
                name = "Webhook file",
                description = "Its first line is a URL, further ones are headers such as Authorization: Bearer ..."
                        + " Only Karaf's user may read it. Empty: no webhook")
        String webhook_file() default "";

        /** Longest time of one attempt to call the webhook, milliseconds, 100 to 60000. */
        @AttributeDefinition(
                name = "Webhook time limit, ms",
                description = "Longest time of one attempt",
                min = "100",
                max = "60000")
        int webhook_timeout_millis() default 5000;
    }

    /**
     * The same, checked.
     *
     * @param webhook file of the webhook
     * @param timeout of one attempt to call it
     */
    record Settings(List<AlertRule> rules, Optional<Path> webhook, Duration timeout) {

        static Settings of(Config config) {
            InvalidSettingException.requireWithin(
                    "webhook.timeout.millis", config.webhook_timeout_millis(), 100, 60_000);
            String file = config.webhook_file().strip();
            return new Settings(
                    AlertRule.parse(config.alerts()),
                    file.isEmpty()
                            ? Optional.empty()
                            : Optional.of(InvalidSettingException.requirePath("webhook.file", file)),
                    Duration.ofMillis(config.webhook_timeout_millis()));
        }
    }

    /** Reads them. */
    @Activate
    public AlertSettings(BundleContext context, Map<String, Object> properties) {
        super(context, "io.karst.alerts", Config.class, Settings::of, Set.of(), properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
