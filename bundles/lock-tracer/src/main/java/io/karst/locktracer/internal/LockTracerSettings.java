// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.SettingsCheck;
import io.karst.locktracer.internal.pinned.PinDirectory;
import io.karst.settings.PidSettings;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** How the tracer tests itself, what it counts, and where it pins. */
@Component(
        name = "io.karst.lock-tracer.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.locktracer",
        service = {LockTracerSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.locktracer")
@Designate(ocd = LockTracerStage.Config.class)
public final class LockTracerSettings extends PidSettings<TracerSettings> {

    /** Reads them. */
    @Activate
    public LockTracerSettings(BundleContext context, Map<String, Object> properties) {
        super(
                context,
                "io.karst.locktracer",
                LockTracerStage.Config.class,
                config -> LockTracerStage.settings(context, config),
                Set.of(),
                properties);
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }

    @Override
    protected void checkSurroundings(TracerSettings wanted, Set<String> keys) {
        Optional<String> unpinned = PinDirectory.problem(wanted.pins());
        // the default is no mistake: a host without a BPF file system pins nothing, and says so
        if (unpinned.isPresent() && keys.contains("pin.path")) {
            throw new IllegalArgumentException("pin.path=" + wanted.pins().root() + ": " + unpinned.get());
        }
    }
}
