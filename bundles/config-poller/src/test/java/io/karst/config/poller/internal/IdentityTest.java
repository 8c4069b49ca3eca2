// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.poller.internal.Settings.Identity;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.Label;
import io.karst.settings.InvalidSettingException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a client is called at its server. */
class IdentityTest {

    private static Identity of(String name, String host, String... labels) {
        return Identity.of(name, () -> Optional.of(host).filter(text -> !text.isEmpty()), List.of(labels));
    }

    /** Nothing that a kernel takes for a host's name keeps a client from starting. */
    @ParameterizedTest
    @CsvSource({
        "web-1, web-1",
        "web-1.example.org, web-1.example.org",
        "(none), -none-",
        "'a b\u001b[2J', a-b--2J",
        "'\ufffd\u00e4', --",
        "'', localhost"
    })
    void withoutANameThatOfTheHostCounts(String host, String name) {
        assertThat(of("", host).name()).isEqualTo(name);
        assertThat(of("mine", host).name()).isEqualTo("mine");
    }

    @Test
    void aHostsNameIsCut() {
        assertThat(of("", "h".repeat(300)).name()).isEqualTo("h".repeat(64));
        assertThat(of("n".repeat(64), "host").name()).hasSize(64);
        assertThatThrownBy(() -> of("n".repeat(65), "host"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("client.name");
    }

    @Test
    void labelsNameWhatIsWrongWithThem() {
        assertThat(of("n", "h", "rack=a", "os=x").labels()).hasToString("[rack=a, os=x]");
        assertThatThrownBy(() -> of("n", "h", "rack=a", "rack=b"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("client.labels: rack stands twice");
        assertThatThrownBy(() -> of("n", "h", "rack:a"))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("client.labels: Label 'rack:a' is not valid");
        assertThatThrownBy(() -> new Identity("n", Collections.nCopies(17, Label.parse("a=b"))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("client.labels has 17 labels");
    }

    @Test
    void everyRequestHasThem() {
        World world = new World(Path.of("unused"));
        Settings settings = world.settings(Path.of("unused"), of("web-1", "h", "rack=a"));
        Client who = ConfigPollerStage.who(settings, "id", "1");
        assertThat(who.id()).isEqualTo("id");
        assertThat(who.name()).isEqualTo("web-1");
        assertThat(who.tags()).containsExactly("rack:a");
    }
}
