// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigClients;
import io.karst.config.server.internal.ConfigClientsCommand.Listed;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.UpdaterDetails;
import io.karst.remoteconfig.Label;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of clients and shown of them. */
class ClientsTest {

    @Test
    void whatAClientCallsItselfDoesNothingToATerminal() {
        ConfigRequest.Client hostile = ConfigRequest.Client.agent(
                        "a\u001b[2Jb\n", List.of(), new AgentDetails("", "", "", "", List.of()))
                .with(new State(1, 0, List.of(), false, "", Bytes.EMPTY));
        assertThat(ConfigClientsCommand.CLIENTS.tabs(List.of(new Listed(seen(hostile), false)), false))
                .singleElement()
                .asString()
                .contains("a?[2Jb?")
                .doesNotContain("\u001b");
    }

    @Test
    void aClientIsListedWithItsNameAndLabels() {
        ConfigRequest.Client client = ConfigRequest.Client.agent(
                        "N6QA",
                        List.of(),
                        new AgentDetails("web-1", "1", "", "", List.of()),
                        List.of(Label.parse("rack=a"), Label.parse("os=x")))
                .with(new State(1, 0, List.of(), false, "", Bytes.EMPTY));
        List<Listed> listed = List.of(new Listed(seen(client), true));
        assertThat(ConfigClientsCommand.CLIENTS.json(listed).toString())
                .contains("\"name\":\"web-1\"", "\"labels\":[\"rack=a\",\"os=x\"]", "\"gone\":true");
        assertThat(ConfigClientsCommand.CLIENTS.lines(listed, 120).get(1))
                .startsWith("web-1")
                .contains("N6QA", "rack=a os=x", "yes");
        assertThat(ConfigClientsCommand.CLIENTS.lines(listed, 80))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void facesGetTheNumbersOfItsConfigurations() {
        List<Report> reports = List.of(
                new Report("a", 1, "P", ApplyState.ACKNOWLEDGED, ""),
                new Report("b", 1, "P", ApplyState.ACKNOWLEDGED, ""),
                new Report("c", 1, "P", ApplyState.UNACKNOWLEDGED, ""),
                new Report("d", 1, "P", ApplyState.ERROR, "no"));
        Clients.Seen seen = seen(ConfigRequest.Client.agent(
                        "N6QA",
                        List.of(),
                        new AgentDetails("web-1", "1", "", "", List.of()),
                        List.of(Label.parse("rack=a")))
                .with(new State(1, 7, reports, true, "expired", Bytes.EMPTY)));

        assertThat(seen.status(seen.at()))
                .isEqualTo(new ConfigClients.Status(
                        "web-1", "N6QA", List.of("rack=a"), seen.at(), false, 7, 2, 1, 1, Optional.of("expired")));
        assertThat(seen.status(seen.at().plusSeconds(1)).gone()).isTrue();
    }

    /** A name of a server with this rule has no such characters, but a request may. */
    @Test
    void hostileNamesAndLabelsDoNothingToATerminal() {
        ConfigRequest.Client hostile = new ConfigRequest.Client(
                Optional.of(new State(1, 0, List.of(), false, "", Bytes.EMPTY)),
                "id",
                List.of(),
                false,
                Optional.empty(),
                true,
                Optional.of(new AgentDetails("a\u001b[2Jb\n" + "n".repeat(1 << 20), "", "", "", List.of())),
                false,
                Optional.of(
                        new UpdaterDetails(List.of("rack:\u202ea", ":", "no label", "x".repeat(1 << 20), "a:b:c"), 0)),
                0,
                Bytes.EMPTY);
        List<Listed> listed = List.of(new Listed(seen(hostile), false));
        assertThat(String.join("", ConfigClientsCommand.CLIENTS.lines(listed, 0)))
                .contains("a?[2Jb?n", "rack=?a = no label")
                .doesNotContain("\u001b", "\u202e", "\n")
                .hasSizeLessThan(2000);
        assertThat(ConfigClientsCommand.CLIENTS.json(listed).toString()).hasSizeLessThan(2000);
    }

    private static Clients.Seen seen(ConfigRequest.Client client) {
        ConfigRequest request = new ConfigRequest(Optional.of(client), List.of());
        return new Clients.Seen(SeenClient.of(request, List.of()), Instant.EPOCH, Optional.empty());
    }

    @Test
    void whatAClientSaysOfItselfIsCut() {
        String text = "x".repeat(4 << 20);
        List<String> many = Collections.nCopies(10_000, text.substring(0, 1000));
        List<Report> reports = Collections.nCopies(
                10_000, new Report("i".repeat(300), 1, "P", ApplyState.ERROR, text.substring(0, 5000)));
        ConfigRequest.Client hostile = new ConfigRequest.Client(
                Optional.of(new State(1, 1, reports, true, text, Bytes.of(new byte[1 << 20]))),
                "hostile",
                many,
                true,
                Optional.of(new TracerDetails(text, text, text, text, text, text, many)),
                true,
                Optional.of(new AgentDetails(text, text, text, text, many)),
                true,
                Optional.of(new UpdaterDetails(many, 1)),
                0,
                Bytes.of(new byte[1 << 20]));
        Clients.Seen seen = seen(hostile);
        assertThat(seen.client().bytes()).isLessThan(300 << 10);
        assertThat(new ConfigRequest(Optional.of(seen.client().shown()), List.of()).wireBytes())
                .isLessThan(150 << 10);
        assertThat(seen.client().leftOut()).isPositive();
        assertThat(String.join("\n", ConfigClientsCommand.CLIENTS.lines(List.of(new Listed(seen, false)), 0)))
                .hasSizeLessThan(3000);
    }

    @ParameterizedTest(name = "{0} columns")
    @CsvSource(
            delimiter = '|',
            value = {
                "40|Name Client Configurations Gone",
                "80|Name Client Labels Seen Configurations Error Gone",
                "120|Name Client Labels Kind Seen Root Targets Configurations Error Gone",
                "200|Name Client Labels Kind Seen Root Targets Configurations Error Gone"
            })
    void theTableFitsTheTerminal(int width, String headings) {
        String name = "\u6f22\u5b57\u001b[2J".repeat(20);
        ConfigRequest.Client client = ConfigRequest.Client.agent(
                        name, List.of(), new AgentDetails("", "", "", "", List.of()))
                .with(new State(
                        1, 1, List.of(new Report(name, 1, "P", ApplyState.ERROR, name)), true, name, Bytes.EMPTY));
        List<String> lines = ConfigClientsCommand.CLIENTS.lines(List.of(new Listed(seen(client), true)), width);
        assertThat(lines.get(0).replaceAll(" +", " ")).isEqualTo(headings);
        assertThat(lines).hasSize(2).allSatisfy(line -> {
            assertThat(columns(line)).isLessThanOrEqualTo(width);
            assertThat(line).doesNotContain("\u001b");
        });
    }

    /** Of the text here, only East Asian characters take two columns. */
    static int columns(String line) {
        return line.codePoints().map(c -> Character.isIdeographic(c) ? 2 : 1).sum();
    }

    @Test
    void aClientThatIsGoneIsMarkedAndForgotten() {
        ConfigRequest.Client client = ConfigRequest.Client.agent(
                        "a", List.of(), new AgentDetails("", "", "", "", List.of()))
                .with(new State(1, 0, List.of(), false, "", Bytes.EMPTY));
        Clients.Seen seen = seen(client);
        assertThat(ConfigClientsCommand.CLIENTS
                        .lines(List.of(new Listed(seen, true)), 0)
                        .get(1))
                .contains("1970-01-01T00:00:00Z")
                .endsWith("  yes");

        Clients clients = new Clients(10, 2 * seen.client().bytes());
        clients.saw(seen.client(), Instant.EPOCH, Optional.empty());
        clients.forgetBefore(Instant.EPOCH);
        assertThat(clients.all()).hasSize(1);
        clients.forgetBefore(Instant.EPOCH.plusSeconds(1));
        assertThat(clients.all()).isEmpty();
    }

    @Test
    void clientsAreBoundedInBytesAndTheLatestStay() {
        Clients clients = new Clients(20_000, 1 << 20);
        long all = 0;
        for (int i = 0; i < 500; i++) {
            ConfigRequest.Client client = ConfigRequest.Client.agent(
                            "client-" + i,
                            IntStream.range(0, 64)
                                    .mapToObj(number -> number + "P".repeat(200))
                                    .toList(),
                            new AgentDetails("", "", "", "", List.of()))
                    .with(new State(1, 0, List.of(), false, "", Bytes.EMPTY));
            Clients.Seen seen = seen(client);
            clients.saw(seen.client(), Instant.EPOCH.plusSeconds(i), Optional.empty());
            clients.saw(seen.client(), Instant.EPOCH.plusSeconds(i), Optional.empty()); // counts once
            all += seen.client().bytes();
        }
        assertThat(all).isGreaterThan(4 << 20);
        long kept =
                clients.all().stream().mapToLong(seen -> seen.client().bytes()).sum();
        assertThat(kept).isBetween(900L << 10, 1L << 20);
        assertThat(clients.all().get(0).client().shown().id()).isEqualTo("client-499");
        List<ConfigRequest.Client> state =
                clients.activeSince(Instant.EPOCH.plusSeconds(500), Duration.ofDays(1), 100 << 10);
        assertThat(state)
                .hasSizeBetween(1, 10)
                .first()
                .satisfies(client -> assertThat(client.lastSeen()).isEqualTo(499));
    }
}
