// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.settings.InvalidSettingException;
import io.karst.settings.PidSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Who may read what without login, and how often a login may fail. */
@Component(
        name = "io.karst.http.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = HttpSettings.NAME,
        service = {HttpSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=" + HttpSettings.NAME)
@Designate(ocd = HttpSettings.Config.class)
public final class HttpSettings extends PidSettings<HttpSettings.Limits> {
    static final String NAME = "io.karst.http";

    private static final String OPEN_PATHS = "open.paths";

    /** Health alone may be open: everything else tells names of programs and processes. */
    private static final Pattern OPEN = Pattern.compile("/health/[a-z0-9/_-]{1,100}");

    /** What an operator may set; see {@code etc/io.karst.http.cfg}. */
    @ObjectClassDefinition(name = "Karst: HTTP", description = "Who may read what Karst serves at /karst")
    public @interface Config {
        /** Paths below {@code /karst} that everybody may read without login; only below {@code /health/}. */
        @AttributeDefinition(
                name = "Paths without login",
                description = "Paths below /karst that everybody may read; each begins with /health/")
        String[] open_paths() default {"/health/live", "/health/ready"};

        /** Failed logins accepted from one address within a minute, 1 to 1000. */
        @AttributeDefinition(
                name = "Failed logins per minute",
                description = "Failed logins accepted from one address within a minute",
                min = "1",
                max = "1000")
        int failures_per_minute() default 10;
    }

    /** The same, checked. */
    record Limits(List<String> openPaths, int failuresPerMinute) {
        Limits {
            openPaths = List.copyOf(openPaths);
            InvalidSettingException.requireWithin("failures.per.minute", failuresPerMinute, 1, 1000);
            for (String path : openPaths) {
                if (!OPEN.matcher(path).matches()) {
                    throw new InvalidSettingException(
                            OPEN_PATHS, path, "paths that begin with /health/, without patterns, separated by commas");
                }
            }
        }

        static Limits of(Config config) {
            return new Limits(
                    Arrays.stream(config.open_paths())
                            .flatMap(paths -> Arrays.stream(paths.split(",", -1)))
                            .map(String::strip)
                            .filter(path -> !path.isEmpty())
                            .toList(),
                    config.failures_per_minute());
        }
    }

    /** Reads them. */
    @Activate
    public HttpSettings(BundleContext context, Map<String, Object> properties) {
        super(context, NAME, Config.class, Limits::of, Set.of(), properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }
}
