// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The benchmarks of what is read from the kernel, small: that both ways find the same. Says nothing about speed. */
@Tag("kernel")
class KernelHalfTest {

    private final KernelHalf half = new KernelHalf(new Turns(1, 2, 0));

    @AfterEach
    void close() {
        half.close();
    }

    @Test
    void discoveryFindsAllMaps() throws Exception {
        assertMeasured(half.discovery(40), "discovery/karst", "discovery/descriptor walk");
    }

    @Test
    void symbolsAreTheSameFromBothSources() throws Exception {
        assertMeasured(half.symbols(), "symbols/karst", "symbols//proc/kallsyms");
    }

    @Test
    void snapshotsHaveWhatWasCounted() throws Exception {
        assertMeasured(
                half.snapshot(8),
                "snapshot/8-contended/karst",
                "snapshot/8-contended/batch look-up",
                "snapshot/8-contended/allocated");
    }

    private static void assertMeasured(KernelHalf.Result result, String... names) {
        assertThat(result.right()).isTrue();
        assertThat(result.figures()).extracting(Figure::name).containsExactly(names);
        assertThat(result.figures()).allSatisfy(figure -> {
            assertThat(figure.value()).isPositive();
            assertThat(figure.runs()).isGreaterThanOrEqualTo(2);
        });
    }
}
