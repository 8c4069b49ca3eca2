// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {

    @Test
    void isTheMedianWithItsSpread() {
        Figure figure = Figure.of("a", "ns", List.of(9.0, 1.0, 3.0, 4.0));
        assertThat(figure.value()).isEqualTo(3.5);
        assertThat(figure.runs()).isEqualTo(4);
        assertThat(figure.json())
                .isEqualTo("{\"name\":\"a\",\"value\":3.5,\"unit\":\"ns\",\"ratio\":null,\"against\":null,"
                        + "\"runs\":4,\"min\":1.0,\"max\":9.0}");
    }

    /** A host that gets slower during the runs changes neither the ratio nor what it says. */
    @Test
    void comparesRunsThatWereBesideEachOther() {
        Figure figure = Figure.of("b", "ns", List.of(2.0, 20.0, 300.0), "a", List.of(1.0, 10.0, 100.0));
        assertThat(figure.json())
                .isEqualTo("{\"name\":\"b\",\"value\":20.0,\"unit\":\"ns\",\"ratio\":2.0,\"against\":\"a\","
                        + "\"runs\":3,\"min\":2.0,\"max\":300.0}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Figure.of("b", "ns", List.of(1.0), "a", List.of(1.0, 2.0)))
                .withMessage("b has 1 runs, a has 2");
        assertThatIllegalArgumentException().isThrownBy(() -> Figure.of("c", "ns", List.of()));
    }

    @Test
    void makesOneTable() {
        List<Figure> figures = List.of(
                Figure.of("a", "ns", List.of(1.0)), Figure.of("long", "ns", List.of(1234.5), "a", List.of(1.0)));
        assertThat(Figure.table(figures)).isEqualTo("""
                        | name | median | unit | ratio    | against | runs | min  | max  |
                        | ---- | ------ | ---- | -------- | ------- | ---- | ---- | ---- |
                        | a    | 1.00   | ns   |          |         | 1    | 1.00 | 1.00 |
                        | long | 1235   | ns   | 1234.500 | a       | 1    | 1235 | 1235 |
                        """);
    }
}
