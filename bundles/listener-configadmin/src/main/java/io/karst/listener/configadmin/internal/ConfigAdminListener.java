// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.config.ConfigChange;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigUpdates;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Applies {@code KARST_CONFIGADMIN}: any allowed OSGi configuration. */
@Component(
        name = "io.karst.listener-configadmin",
        immediate = true,
        configurationPid = "io.karst.configadmin",
        service = ConfigListener.class)
@Designate(ocd = ConfigAdminListener.Config.class)
public final class ConfigAdminListener implements ConfigListener {

    private static final String PRODUCT = "KARST_CONFIGADMIN";

    private final Bridge bridge;
    private final Duration deadline;

    /** What an operator may set; see {@code etc/io.karst.configadmin.cfg}. */
    @ObjectClassDefinition(name = "Karst: remote OSGi configuration")
    public @interface Config {
        /** PIDs that may be changed, names with stars. */
        @AttributeDefinition(name = "Allowed PIDs")
        String[] allow() default {"io.karst.*"};

        /** PIDs that are never changed, names with stars. */
        @AttributeDefinition(name = "Denied PIDs")
        String[] deny() default {"io.karst.config", "io.karst.configserver", "io.karst.configadmin"};

        /** Time for a component to become active again with the new values, milliseconds, 100 to 600000. */
        @AttributeDefinition(name = "Deadline, ms", min = "100", max = "600000")
        long deadline_millis() default 10_000;
    }

    /**
     * Rolls back what was removed meanwhile.
     *
     * @param components shows whether a component is active again
     * @param bundle its data folder keeps the former values
     * @throws IOException if that cannot be read
     */
    @Activate
    public ConfigAdminListener(
            @Reference(name = "configurationAdmin") ConfigurationAdmin admin,
            @Reference(name = "componentRuntime") ServiceComponentRuntime components,
            @Reference(name = "configUpdates") ConfigUpdates updates,
            BundleContext bundle,
            Config config)
            throws IOException {
        deadline = Duration.ofMillis(config.deadline_millis());
        bridge = new Bridge(
                admin,
                new Confirmation(components),
                Ledger.open(bundle.getDataFile("before.json").toPath()),
                new AllowList(names(config.allow()), names(config.deny())),
                deadline);
        if (updates.report().targetsVersion() > 0) {
            bridge.keepOnly(updates.current(PRODUCT));
        }
    }

    private static List<String> names(String[] lists) {
        return Arrays.stream(lists)
                .flatMap(list -> Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Override
    public String name() {
        return "configadmin";
    }

    @Override
    public Set<String> products() {
        return Set.of(PRODUCT);
    }

    @Override
    public Duration deadline() {
        return deadline.multipliedBy(3);
    }

    @Override
    public void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
        bridge.apply(change);
    }
}
