// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.ability.Answer;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
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
            case NOT_TESTED -> "a count of 0 waits on " + family + " locks may say nothing";
            case BLIND -> "no wait on " + family + " locks is counted: zeros say nothing";
        };
        Answer answer = switch (found.visibility()) {
            case FULL, PARTIAL -> Answer.YES;
            case NOT_TESTED -> Answer.NOT_KNOWN;
            case BLIND -> Answer.NO;
        };
        return new Ability("waits on " + family + " locks", answer, text(found), effect, remedy(found, answer));
    }

    private static String text(LockVisibility found) {
        return switch (found.visibility()) {
            case FULL -> "all: " + found.reason();
            case PARTIAL -> "some: " + found.reason();
            case BLIND -> "none: " + found.reason();
            case NOT_TESTED -> found.reason();
        };
    }

    private static String remedy(LockVisibility found, Answer answer) {
        if (answer == Answer.YES) {
            return "";
        }
        if (answer == Answer.NOT_KNOWN) {
            return "wait: the self-test is repeated, and waits that are counted settle it; or set a longer self.test.millis, or"
                    + " self.test = true if it is off, in io.karst.locktracer, which repeats it at once";
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
