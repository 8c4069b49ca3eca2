// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTest {

    @ParameterizedTest
    @ValueSource(strings = {"rack=a", "k8s.io_zone-1=eu-west.1", "a=b"})
    void aLabelIsReadAndWritten(String text) {
        Label label = Label.parse(text);
        assertThat(label).hasToString(text);
        assertThat(Label.shown(label.tag())).isEqualTo(text);
        assertThat(new Label("k", "v".repeat(62)).toString()).hasSize(Label.LENGTH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rack",
                "rack=",
                "=a",
                "rack=a=b",
                "rack:x=a",
                "ra ck=a",
                "rack=a\n",
                "rack=\u001b[2J",
                "r\u00e4ck=a"
            })
    void whatIsNoLabelIsRefused(String text) {
        assertThatThrownBy(() -> Label.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use key=value, of letters, digits");
    }

    @Test
    void aLabelIsBounded() {
        assertThatThrownBy(() -> Label.parse("k=" + "v".repeat(63))).hasMessageContaining("at most 64 characters");
        assertThatThrownBy(() -> Label.parse("k=" + "v".repeat(1 << 20)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    /** A server that knows agents by the protocol alone takes it for an agent, too. */
    @Test
    void anAgentHasItsLabelsAsTagsAndIsNoUpdater() {
        AgentDetails details = new AgentDetails("web-1", "1", "", "", List.of());
        Client client = Client.agent("id", List.of(), details, List.of(Label.parse("rack=a"), Label.parse("os=x")));
        assertThat(client.name()).isEqualTo("web-1");
        assertThat(client.tags()).containsExactly("rack:a", "os:x");
        assertThat(client.isAgent()).isTrue();
        assertThat(client.isUpdater()).isFalse();
        assertThat(Client.agent("id", List.of(), details).updater()).isEmpty();
    }
}
