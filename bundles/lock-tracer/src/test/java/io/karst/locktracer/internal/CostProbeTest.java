// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.contention.LockTracer;
import io.karst.contention.TracingCost;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class CostProbeTest {
    private static Ability probe(double share) {
        TracingCost cost = new TracingCost(share, 110, TracingCost.Source.MEASURED, 64, 0.01);
        LockTracer tracer = (LockTracer) Proxy.newProxyInstance(
                LockTracer.class.getClassLoader(), new Class<?>[] {LockTracer.class}, (proxy, method, given) -> cost);
        return new CostProbe(tracer).probe().get(0);
    }

    @Test
    void whatTakesMoreThanItsBudgetIsNotWithinIt() {
        assertThat(probe(0.011).present()).isFalse();
        assertThat(probe(0.48).evidence())
                .isEqualTo("48.0 % of a CPU, budget 1.0 %, one in 64 spinning waits is timed");
        assertThat(probe(0.01).present()).isTrue();
    }
}
