// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Reports for which lock families the tracer's self-test found waits. Registered only while the tracer is. */
@Component(name = "io.karst.lock-tracer.visibility")
public final class VisibilityProbe implements AbilityProbe {
    private final LockTracer tracer;

    /** Reports the self-test result of a tracer. */
    @Activate
    public VisibilityProbe(@Reference(name = "tracer") LockTracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public List<Ability> probe() {
        return tracer.visibility().stream().map(VisibilityProbe::ability).toList();
    }

    private static Ability ability(LockVisibility found) {
        String family = found.family().name().toLowerCase(Locale.ROOT);
        String effect = switch (found.visibility()) {
            case FULL -> "none";
            case PARTIAL -> "some waits on " + family + " locks are not counted";
            case BLIND -> "no wait on " + family + " locks is counted: zeros say nothing";
        };
        return new Ability(
                "waits on " + family + " locks",
                found.visibility() != Visibility.BLIND,
                found.visibility().name().toLowerCase(Locale.ROOT) + ": " + found.reason(),
                effect,
                remedy(found));
    }

    private static String remedy(LockVisibility found) {
        if (found.visibility() != Visibility.BLIND) {
            return "";
        }
        return switch (found.family()) {
            case SPIN ->
                "in a virtual machine let the guest use paravirtual spin locks (CONFIG_PARAVIRT_SPINLOCKS), or hide"
                        + " the hypervisor from it (QEMU: -cpu host,-hypervisor); on one or two CPUs without them there is"
                        + " nothing to see";
            case RESILIENT, RAW_OR_RESILIENT -> "needs three CPUs or more";
            case MUTEX -> "repeat with a longer self.test.millis in io.karst.locktracer";
        };
    }
}
