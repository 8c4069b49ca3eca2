// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.listener.configadmin.internal.RemoteSettingsBounds.Bounds;
import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What remote configuration may change, and how long a change may take. */
@Component(
        name = "io.karst.remote-settings.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.configadmin",
        service = {RemoteSettingsBounds.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.configadmin")
@Designate(ocd = RemoteSettingsBounds.Config.class)
public final class RemoteSettingsBounds extends PidSettings<Bounds> {

    /** What an operator may set; see {@code etc/io.karst.configadmin.cfg}. */
    @ObjectClassDefinition(
            name = "Karst: remote OSGi configuration",
            description = "Which settings remote configuration may change")
    public @interface Config {
        /** PIDs that may be changed, names with stars. */
        @AttributeDefinition(name = "Allowed PIDs", description = "PIDs that may be changed; * matches any characters")
        String[] allow() default {"io.karst.*"};

        /** PIDs that are never changed, names with stars. */
        @AttributeDefinition(
                name = "Denied PIDs",
                description = "PIDs that are never changed, even if they are allowed")
        String[] deny() default {"io.karst.config", "io.karst.configserver", "io.karst.configadmin"};

        /** Time for a component to become active again with the new values, milliseconds, 100 to 600000. */
        @AttributeDefinition(
                name = "Deadline, ms",
                description =
                        "Time in which a component has to work with new values; then the previous ones are restored",
                min = "100",
                max = "600000")
        long deadline_millis() default 10_000;

        /** Time from a start of Karaf until the stages have to be ready, milliseconds, 1000 to 3600000. */
        @AttributeDefinition(
                name = "Deadline of the stages, ms",
                description = "Time from a start until the stages are ready; then all remote settings are put back",
                min = "1000",
                max = "3600000")
        long stages_deadline_millis() default 120_000;
    }

    /**
     * The same, checked.
     *
     * @param allowed PIDs
     * @param patience time for a component to work with new values
     * @param stagesPatience time from a start until the stages are ready
     */
    record Bounds(AllowList allowed, Duration patience, Duration stagesPatience) {

        static Bounds of(Config config) {
            InvalidSettingException.requireWithin("deadline.millis", config.deadline_millis(), 100, 600_000);
            InvalidSettingException.requireWithin(
                    "stages.deadline.millis", config.stages_deadline_millis(), 1_000, 3_600_000);
            return new Bounds(
                    new AllowList(names(config.allow()), names(config.deny())),
                    Duration.ofMillis(config.deadline_millis()),
                    Duration.ofMillis(config.stages_deadline_millis()));
        }

        private static List<String> names(String[] lists) {
            return Arrays.stream(lists)
                    .flatMap(list -> Arrays.stream(list.split(",", -1)))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .toList();
        }
    }

    /** Reads them. */
    @Activate
    public RemoteSettingsBounds(BundleContext context, Map<String, Object> properties) {
        super(context, "io.karst.configadmin", Config.class, Bounds::of, Set.of(), properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
