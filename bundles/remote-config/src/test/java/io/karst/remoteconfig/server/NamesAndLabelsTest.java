// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Label;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations for clients of some name, or with some labels. */
class NamesAndLabelsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ConfigPath PATH = ConfigPath.of("P", "i");

    private final RoleKeys keys = RoleKeys.of(Forge.key());
    private final SignedRepository empty = SignedRepository.create(RepositorySettings.DEFAULT, keys, keys, NOW);
    private final RemoteConfigClient client =
            new RemoteConfigClient(empty.roots().get(0), ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));

    private static List<Label> labels(String texts) {
        return Stream.of(texts.split(" ", -1))
                .filter(text -> !text.isEmpty())
                .map(Label::parse)
                .toList();
    }

    private static TracerPredicate predicate(String name, String labels) {
        return new TracerPredicate("", "", "", "", "", "", "", name, labels(labels));
    }

    private static Client agent(String name, String labels) {
        return Client.agent("id", List.of("P"), new AgentDetails(name, "1", "", "", List.of()), labels(labels));
    }

    @ParameterizedTest
    @CsvSource({
        "web-1, '', web-1, '', true",
        "web-1, '', web-1, 'rack=a', true",
        "web-1, '', web-10, '', false",
        "web-1, '', WEB-1, '', false",
        "web-1, '', '', 'name=web-1', false",
        "'', 'rack=a', web-1, 'rack=a os=x', true",
        "'', 'rack=a os=x', web-1, 'os=x rack=a', true",
        "'', 'rack=a os=x', web-1, 'rack=a', false",
        "'', 'rack=a', web-1, 'rack=b', false",
        "'', 'rack=a', web-1, '', false",
        "web-1, 'rack=a', web-1, 'rack=b', false",
        "web-1, 'rack=a', web-1, 'rack=a', true",
    })
    void everyPartHasToMatch(String name, String labels, String clientName, String clientLabels, boolean meant) {
        assertThat(predicate(name, labels).matches(agent(clientName, clientLabels)))
                .isEqualTo(meant);
    }

    @Test
    void aTracerHasTagsAndNoName() {
        Client tracer = new Client(
                Optional.empty(),
                "c",
                List.of("P"),
                true,
                Optional.of(
                        new TracerDetails("r", "java", "1", "web-1", "e", "1", List.of("rack:a", "odd", "\u001b:x"))),
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                0,
                Bytes.EMPTY);
        assertThat(predicate("", "rack=a").matches(tracer)).isTrue();
        assertThat(predicate("web-1", "").matches(tracer)).isFalse();
    }

    private SignedRepository publish(SignedRepository repository, TracerPredicate... predicates) {
        return repository.publish(
                new Publication(PATH, Bytes.utf8("x"), Optional.empty(), List.of(predicates)), keys, NOW);
    }

    private ClientState poll(SignedRepository repository, ClientState state, Client who) {
        Answer answer = repository.answer(client.request(state, who), NOW);
        return client.step(state, ((Answer.Answered) answer).response()).next();
    }

    @Test
    void aClientHasWhatItsLabelsSayNow() {
        SignedRepository repository = publish(empty, predicate("web-1", ""), predicate("", "rack=a"));
        ClientState state = poll(repository, client.start(), agent("db-1", "rack=b"));
        assertThat(state.configs()).isEmpty();
        state = poll(repository, state, agent("db-1", "rack=a"));
        assertThat(state.configs()).containsOnlyKeys(PATH.text());
        state = poll(repository, state, agent("web-1", ""));
        assertThat(state.configs()).containsOnlyKeys(PATH.text());
        state = poll(repository, state, agent("db-1", ""));
        assertThat(state.configs()).isEmpty();
    }

    /** The server answers for each client; no client evaluates what is signed. */
    @Test
    void theSignedListHasTheProtocolsFieldsOnly() {
        TracerPredicate some = new TracerPredicate("me", "", "", "", "", "", "", "web-1", labels("rack=a"));
        assertThat(publish(empty, some).targets().toUtf8())
                .contains("{\"tracer_predicates_v1\":[{\"clientID\":\"me\"}]}")
                .doesNotContain("web-1")
                .doesNotContain("rack");
    }

    @Test
    void theStoredFormKeepsThem() {
        SignedRepository repository = publish(empty, predicate("web-1", "rack=a os=x"), predicate("", "os=y"));
        assertThat(SignedRepository.fromBytes(repository.toBytes()).versions(PATH))
                .isEqualTo(repository.versions(PATH));
        assertThat(publish(repository, predicate("web-1", "rack=a os=x"), predicate("", "os=y"))
                        .versions(PATH))
                .hasSize(1);
        assertThat(publish(repository, predicate("web-2", "")).versions(PATH)).hasSize(2);
    }

    /** Made by the release before: "first" by ann, "second" with a predicate and an end by bob, a rollback by cy. */
    @Test
    void theFormWithoutThemIsRead() throws IOException {
        Bytes former;
        try (InputStream in = NamesAndLabelsTest.class.getResourceAsStream("/repository-format-3.bin")) {
            former = Bytes.of(in.readAllBytes());
        }
        ConfigPath path = ConfigPath.of("TESTING1", "one");
        SignedRepository repository = SignedRepository.fromBytes(former);
        assertThat(repository.versions(path))
                .extracting(PublishedConfig::version, PublishedConfig::content, PublishedConfig::author)
                .containsExactly(
                        tuple(3L, Bytes.utf8("first"), Author.of("cy", NOW)),
                        tuple(2L, Bytes.utf8("second"), Author.of("bob", NOW)),
                        tuple(1L, Bytes.utf8("first"), Author.of("ann", NOW)));
        assertThat(repository.version(path, 2).predicates())
                .containsExactly(new TracerPredicate("c", "s", "e", "a", ">=1.2", "l", "r"));
        assertThat(SignedRepository.fromBytes(repository.toBytes()).versions(path))
                .isEqualTo(repository.versions(path));
    }

    @Test
    void theLongestNameAndTheMostLabelsFitInARequest() {
        String most = String.join(
                " ",
                Stream.iterate(10, i -> i + 1)
                        .limit(Label.MOST)
                        .map(i -> "k" + i + "=" + "v".repeat(Label.LENGTH - 4))
                        .toList());
        Client longest = agent("n".repeat(64), most);
        int limit = 16 * 1024;
        SignedRepository repository = empty;
        String refusal = "";
        while (refusal.isEmpty()) {
            String id = "i" + repository.configs().size();
            Publication next = new Publication(ConfigPath.of("P", id), Bytes.utf8("x"), Optional.empty(), List.of());
            try {
                repository = repository.publish(next, keys, NOW, "", limit);
            } catch (IllegalArgumentException e) {
                refusal = String.valueOf(e.getMessage());
            }
        }
        assertThat(refusal).contains(limit + " is the limit");
        String reason = "x".repeat(ApplyOutcome.MAX_REASON);
        ClientState state = poll(repository, client.start(), longest);
        assertThat(state.configs()).hasSize(repository.configs().size()).isNotEmpty();
        ClientState told = client.report(
                client.failed(state, reason),
                state.configs().values().stream()
                        .map(held -> new AppliedConfig(held.file(), ApplyState.ERROR, reason))
                        .toList());
        assertThat(client.request(told, longest).wireBytes()).isBetween(limit - 2048L, (long) limit);
        assertThat(Set.copyOf(longest.tags())).hasSize(Label.MOST);
    }
}
