// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BarsTest {

    @ParameterizedTest
    @CsvSource({"0,''", "0.001,#", "0.5,#####", "1,##########", "1.7,##########", "-1,''"})
    void barsShowShares(double share, String bar) {
        assertThat(new Bars(false).bar(share, 10)).isEqualTo(bar);
    }

    @Test
    void linesShowTheCourse() {
        List<Double> values = List.of(0.0, 0.1, 5.0, 10.0, 0.0);

        assertThat(new Bars(false).line(values)).isEqualTo(" _+@ ");
        assertThat(new Bars(true).line(values)).isEqualTo(" \u2581\u2585\u2588 ");
        assertThat(new Bars(true).line(List.of())).isEmpty();
        assertThat(new Bars(true).line(List.of(0.0, 0.0))).isEqualTo("  ");
    }
}
