// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.component.TypedSettings;
import io.karst.config.SettingsCheck;
import io.karst.locktracer.internal.pinned.PinDirectory;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Whether the tracer would start with these settings, and pin where they say. */
@Component(property = SettingsCheck.PID + "=io.karst.locktracer")
public final class LockTracerSettingsCheck implements SettingsCheck {

    private final BundleContext context;

    /** Only reads where this Karaf is. */
    @Activate
    public LockTracerSettingsCheck(BundleContext context) {
        this.context = context;
    }

    @Override
    public void check(Map<String, Object> settings) {
        TracerSettings wanted =
                LockTracerStage.settings(context, TypedSettings.of(LockTracerStage.Config.class, settings));
        Map<String, Object> byKey = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        byKey.putAll(settings);
        Optional<String> unpinned = PinDirectory.problem(wanted.pins());
        // the default is no mistake: a host without a BPF file system pins nothing, and says so
        if (unpinned.isPresent() && byKey.containsKey("pin.path")) {
            throw new IllegalArgumentException("pin.path=" + wanted.pins().root() + ": " + unpinned.get());
        }
    }
}
