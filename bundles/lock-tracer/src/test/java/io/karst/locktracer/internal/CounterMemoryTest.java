// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import io.karst.bpf.BpfException;
import io.karst.locktracer.internal.pinned.PinLocation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What {@code karst:doctor} says of the memory of the counters. */
class CounterMemoryTest {
    private static final Cpus CPUS = new Cpus(128, 4);
    private static final CounterMemory COUNTERS = counters(CPUS, 4100, 64);

    @Test
    void enough() {
        Ability ability = COUNTERS.ability(COUNTERS.sizes(), CPUS);
        assertThat(ability.present()).isTrue();
        assertThat(ability.evidence())
                .isEqualTo(
                        "35 of at most 64 MiB (max.memory.mib): 16384 lock ranges and 4096 single locks for each of 4"
                                + " CPUs; the other 124 possible CPUs (0 of them present) share as many");
        assertThat(ability.remedy()).isEmpty();
    }

    @Test
    void fewerSlotsOfAnEarlierStartAreEnough() {
        TracerSizes earlier = new TracerSizes(128, 4, 8192, 4096);
        Ability ability = COUNTERS.ability(earlier, CPUS);
        assertThat(ability.present()).isTrue();
        assertThat(ability.evidence()).doesNotContain("no memory");
    }

    @Test
    void linesThatMadeRoomForSlotsInUseAreNotALackOfMemory() {
        CounterMemory few = counters(CPUS, 10, 16);
        TracerSizes inForce = few.sizes(8000);
        assertThat(inForce.lines()).isLessThan(few.sizes().lines());
        assertThat(inForce.bytes()).isLessThanOrEqualTo(16 << 20);
        assertThat(few.ability(inForce, CPUS).evidence()).doesNotContain("no memory");
    }

    @Test
    void theKernelHadNoMemory() {
        TracerSizes half = COUNTERS.sizes().halfAfter(new BpfException("ENOMEM", "no memory"));
        Ability ability = COUNTERS.ability(half, CPUS);
        assertThat(ability.present()).isFalse();
        assertThat(ability.evidence()).endsWith("; the kernel had no memory for 35 MiB");
        assertThat(ability.remedy()).startsWith("free memory, or raise the memory limit of Karaf's control group");
    }

    @Test
    void theLimitIsTooLow() {
        CounterMemory low = counters(new Cpus(128, 128), 4100, 64);
        Ability ability = low.ability(low.sizes(), low.cpus());
        assertThat(ability.present()).isFalse();
        assertThat(ability.evidence())
                .contains("for each of 19 CPUs; the other 109 possible CPUs (109 of them present)");
        assertThat(ability.remedy())
                .isEqualTo("set max.memory.mib = 532 in io.karst.locktracer, then bundle:restart io.karst.lock-tracer");
        CounterMemory enough = counters(low.cpus(), 4100, 532);
        assertThat(enough.ability(enough.sizes(), low.cpus()).present()).isTrue();
    }

    @Test
    void aCpuWasAdded() {
        Ability ability = COUNTERS.ability(COUNTERS.sizes(), new Cpus(128, 6));
        assertThat(ability.present()).isFalse();
        assertThat(ability.evidence())
                .contains("(2 of them present) share as many")
                .doesNotContain("no memory");
        assertThat(ability.remedy()).startsWith("bundle:restart io.karst.lock-tracer: CPUs that were added");
    }

    @Test
    void pinnedCountersTakeMoreThanTheSettingsAllow() {
        CounterMemory low = counters(CPUS, 10, 1);
        TracerSizes inForce = low.sizes(16384);
        assertThat(inForce.slots()).as("a range keeps its slot").isEqualTo(16384);
        Ability ability = low.ability(inForce, CPUS);
        assertThat(ability.present()).isFalse();
        assertThat(ability.evidence()).startsWith("12 of at most 1 MiB");
        assertThat(ability.remedy()).contains("karst:cleanup");
    }

    private static CounterMemory counters(Cpus cpus, long ranges, int mib) {
        PinLocation unpinned = new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "none");
        return new CounterMemory(cpus, ranges, new TracerSettings(false, 10, 4096, 16384, mib, unpinned, Timing.ALL));
    }
}
