// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.Units;
import io.karst.contention.LockTracer;
import io.karst.contention.TracingCost;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whether the tracing programs keep to their budget. */
@Component(name = "io.karst.lock-tracer.cost")
public final class CostProbe implements AbilityProbe {
    private final LockTracer tracer;

    /** Reports the cost of a tracer. */
    @Activate
    public CostProbe(@Reference(name = "tracer") LockTracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public List<Ability> probe() {
        TracingCost cost = tracer.cost();
        return List.of(new Ability(
                "overhead within budget",
                !cost.isOverBudget(),
                Units.percent(cost.cpuShare()) + " % of a CPU, budget " + Units.percent(cost.budget()) + " %, one in "
                        + cost.oneIn() + " spinning waits is timed",
                "tasks wait a little longer for their locks: each wait is counted, however many come",
                "karst:locks names the lock; or trace fewer maps: track = pattern in etc/io.karst.initialize.cfg; or"
                        + " allow more: overhead.budget in etc/io.karst.locktracer.cfg"));
    }
}
