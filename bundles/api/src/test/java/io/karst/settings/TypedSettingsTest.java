// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TypedSettingsTest {

    @interface Config {
        long rescan_millis() default 5000;

        int one__two() default 7;

        boolean pin() default true;

        String pin_path() default "/there";

        String[] names() default {"a"};
    }

    private static Config of(Map<String, Object> settings) {
        return TypedSettings.of(Config.class, TypedSettings.texts(settings));
    }

    @Test
    void whatIsNotSetHasItsDefault() {
        Config config = of(Map.of("other", "x"));
        assertThat(config.rescan_millis()).isEqualTo(5000);
        assertThat(config.one__two()).isEqualTo(7);
        assertThat(config.pin()).isTrue();
        assertThat(config.pin_path()).isEqualTo("/there");
        assertThat(config.names()).containsExactly("a");
    }

    @Test
    void valuesOfAnyStoredTypeAreRead() {
        Config config = of(Map.of(
                "Rescan.Millis",
                "100",
                "one_two",
                8L,
                "pin",
                "False",
                "pin.path",
                "/here",
                "names",
                List.of("b", "c")));
        assertThat(config.rescan_millis()).isEqualTo(100);
        assertThat(config.one__two()).isEqualTo(8);
        assertThat(config.pin()).isFalse();
        assertThat(config.pin_path()).isEqualTo("/here");
        assertThat(config.names()).containsExactly("b", "c");
        assertThat(of(Map.of("rescan.millis", new Long[] {1L, 2L})).rescan_millis())
                .isEqualTo(1);
    }

    @Test
    void aValueThatIsNoNumberIsNamedWithItsKey() {
        assertThatThrownBy(() -> of(Map.of("rescan.millis", "1.5")).rescan_millis())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rescan.millis=1.5 is not a number of type long");
    }
}
