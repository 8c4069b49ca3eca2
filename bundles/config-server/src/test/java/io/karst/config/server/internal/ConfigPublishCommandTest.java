// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.server.internal.ConfigPublishCommand.Wishes;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigPublishCommandTest {

    @Test
    void optionsMayStandBehindTheFile() {
        Wishes none = new Wishes("", List.of());
        assertThat(none.with(List.of("--predicate", "service=a", "--expires", "P1D", "--predicate", "service=b")))
                .isEqualTo(new Wishes("P1D", List.of("service=a", "service=b")));
        assertThatThrownBy(() -> none.with(List.of("--expire", "P1D"))).hasMessageContaining("--expire is not known");
        assertThatThrownBy(() -> none.with(List.of("--expires"))).hasMessageContaining("needs a value");
    }

    @Test
    void expiryAndPredicatesAreReadFromTheCommandLine() {
        Instant now = Instant.parse("2026-06-01T00:00:00.5Z");
        assertThat(ConfigPublishCommand.until("", now)).isEmpty();
        assertThat(ConfigPublishCommand.until("PT2H", now)).contains(Instant.parse("2026-06-01T02:00:00Z"));
        assertThat(ConfigPublishCommand.until("2030-01-31T00:00:00Z", now))
                .contains(Instant.parse("2030-01-31T00:00:00Z"));
        for (String wrong : List.of("tomorrow", "P999999999999D", "PT-2H", "2020-01-31T00:00:00Z")) {
            assertThatThrownBy(() -> ConfigPublishCommand.until(wrong, now))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong);
        }
        assertThat(ConfigPublishCommand.predicate("service=web,environment=test")
                        .service())
                .isEqualTo("web");
        assertThat(ConfigPublishCommand.predicate("tracerVersion=>=1.2.0, <2,language=java")
                        .tracerVersion())
                .isEqualTo(">=1.2.0, <2");
        assertThatThrownBy(() -> ConfigPublishCommand.predicate("colour=red")).hasMessageContaining("clientID");
        assertThatThrownBy(() -> ConfigPublishCommand.predicate("clientID=a,service"))
                .hasMessageContaining("= and a value");
    }

    @Test
    void aPredicateIsShownAsItIsTyped() {
        for (String typed : List.of(
                "clientID=a,service=b,environment=c,appVersion=d,tracerVersion=>=1.2.0, <2,language=e,runtimeID=f",
                "name=web-1.example.org",
                "clientID=a,name=b,label.os=x,label.rack=a,service=c")) {
            assertThat(ConfigPublishCommand.text(ConfigPublishCommand.predicate(typed)))
                    .isEqualTo(typed);
        }
        assertThat(ConfigPublishCommand.predicate("label.rack=a,label.os=x"))
                .isEqualTo(ConfigPublishCommand.predicate("label.os=x,label.rack=a"));
    }

    @Test
    void aPredicateWithAFieldTwiceOrWithoutAValueIsRefused() {
        assertThatThrownBy(() -> ConfigPublishCommand.predicate("clientID=a,clientID=b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clientID stands twice");
        assertThatThrownBy(() -> ConfigPublishCommand.predicate("service=,language=java"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the value of service");
    }

    @ParameterizedTest
    @CsvSource({
        "label.rack, = and a value",
        "label.rack=, the value of label.rack",
        "label.=a, use key=value",
        "'label.ra ck=a', use key=value",
        "label.rack=a:b, use key=value",
        "'label.rack=a,label.rack=b', label.rack stands twice",
        "'name=a,name=b', name stands twice",
        "label=a, label.KEY"
    })
    void aNameOrALabelThatNoClientCanHaveIsRefused(String typed, String reason) {
        assertThatThrownBy(() -> ConfigPublishCommand.predicate(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
