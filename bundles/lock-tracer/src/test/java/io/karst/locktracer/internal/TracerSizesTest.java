// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.bpf.BpfException;
import io.karst.locktracer.internal.pinned.PinLocation;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracerSizesTest {
    private static final PinLocation UNPINNED = new PinLocation(false, Path.of(PinLocation.DEFAULT_ROOT), "none");

    @Test
    void sizesFollowTheRangesAndTheMemory() {
        TracerSettings most = new TracerSettings(false, 10, 64, 16384, 64, UNPINNED, Timing.ALL);
        assertThat(TracerSizes.of(cpus(2), 10, most)).isEqualTo(new TracerSizes(2, 2, 16384, 64));
        assertThat(TracerSizes.of(cpus(64), 10, most)).isEqualTo(new TracerSizes(64, 64, 1024, 64));
        assertThat(TracerSizes.of(cpus(64), 700, most)).isEqualTo(new TracerSizes(64, 64, 2048, 64));
        assertThat(TracerSizes.of(cpus(1024), 100_000, most)).isEqualTo(new TracerSizes(1024, 10, 16384, 64));
        TracerSettings few = new TracerSettings(false, 10, 64, 2048, 64, UNPINNED, Timing.ALL);
        assertThat(TracerSizes.of(cpus(2), 10, few).slots()).isEqualTo(2048);
        assertThat(TracerSizes.of(cpus(1024), 100_000, few).slots()).isEqualTo(2048);
    }

    private static Cpus cpus(int number) {
        return new Cpus(number, number);
    }

    /** Present CPUs have their own counters, the possible ones beyond share a row; all together stay within the limit. */
    @ParameterizedTest(name = "{0} possible, {1} present CPUs, {2} ranges, {3} MiB")
    @CsvSource({
        "  4,   4,   4100, 64,  4 rows 16384 slots 4096 lines",
        "128,   4,   4100, 64,  4 rows 16384 slots 4096 lines",
        "512,   4,   4100, 64,  4 rows 16384 slots 4096 lines",
        "512,  64,    100, 64, 64 rows 1024 slots 1024 lines",
        "128, 128,   4100, 64, 19 rows 8192 slots 1024 lines",
        "512,   4,   4100, 16,  4 rows 8192 slots 1024 lines",
        "512,   4,   4100,  4,  1 rows 4096 slots 64 lines",
        "  1,   1, 100000,  1,  1 rows 2048 slots 64 lines"
    })
    void countersStayWithinTheLimit(int possible, int present, long ranges, int mib, String expected) {
        TracerSettings settings = new TracerSettings(false, 10, 4096, 16384, mib, UNPINNED, Timing.ALL);
        TracerSizes sizes = TracerSizes.of(new Cpus(possible, present), ranges, settings);
        assertThat(sizes.bytes()).isLessThanOrEqualTo((long) mib << 20);
        assertThat(sizes.ownRows() + " rows " + sizes.slots() + " slots " + sizes.lines() + " lines")
                .isEqualTo(expected);
    }

    @Test
    void halfIsTriedAfterALackOfMemoryAndNothingElse() {
        BpfException noMemory = new BpfException("ENOMEM", "no memory");
        TracerSizes sizes = new TracerSizes(8, 8, 4096, 256);
        assertThat(sizes.halfAfter(noMemory)).isEqualTo(new TracerSizes(8, 8, 2048, 128));
        TracerSizes least = new TracerSizes(8, 1, 1024, 64);
        assertThat(new TracerSizes(8, 3, 1024, 64).halfAfter(noMemory)).isEqualTo(least);
        assertThatThrownBy(() -> least.halfAfter(noMemory)).isSameAs(noMemory);
        BpfException refused = new BpfException("EPERM", "refused");
        assertThatThrownBy(() -> sizes.halfAfter(refused)).isSameAs(refused);
    }

    @ParameterizedTest
    @CsvSource({"'0-3\n', 4", "0, 1", "'0-3,8-11', 12", "'0,5', 6", "0-200, 128", "'', 128", "0-x, 128"})
    void presentCpusAreReadFromTheKernelsList(String list, int present) {
        assertThat(Cpus.of(128, list)).isEqualTo(new Cpus(128, present));
    }

    @Test
    void cpusWithoutARowOfTheirOwnShareOne() {
        TracerSizes shared = new TracerSizes(8, 1, 4, 64);
        assertThat(shared.rows()).isEqualTo(2);
        assertThat(new TracerSizes(8, 8, 4, 64).rows()).isEqualTo(8);
        assertThat(new TracerSizes(8, 0, 4, 64).rows()).isEqualTo(1);
    }
}
