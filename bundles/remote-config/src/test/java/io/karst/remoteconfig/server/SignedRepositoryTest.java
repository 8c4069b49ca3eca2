// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.client.OfflineProof;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import io.karst.remoteconfig.server.SignedRepository.Ahead;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The repository against the client: what it publishes is taken, whatever it was asked to do in between. */
class SignedRepositoryTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ConfigPath ONE = ConfigPath.parse("datadog/2/TESTING1/one/config");
    private static final ConfigPath OTHER = ConfigPath.parse("datadog/2/TESTING2/one/config");
    private static final Client AGENT =
            Client.agent("agent-1", List.of("TESTING1"), new AgentDetails("karst", "1", "", "", List.of()));

    private final RoleKeys root = new RoleKeys(List.of(Forge.key(), Forge.key()), 2);
    private final RoleKeys targets = RoleKeys.of(Forge.key());
    private final SignedRepository empty = SignedRepository.create(RepositorySettings.DEFAULT, root, targets, NOW);
    private final Bytes anchor = empty.roots().get(0);
    private final RemoteConfigClient client =
            new RemoteConfigClient(anchor, ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));

    private SignedRepository publish(SignedRepository repository, ConfigPath path, String content) {
        return repository.publish(
                new Publication(path, Bytes.utf8(content), Optional.empty(), List.of()), targets, NOW);
    }

    private ConfigResponse answer(SignedRepository repository, ClientState state) {
        return ((Answer.Answered) repository.answer(client.request(state, AGENT), NOW)).response();
    }

    private ClientState poll(SignedRepository repository, ClientState state) {
        Step step = client.step(state, answer(repository, state));
        assertThat(step.outcome()).isNotInstanceOf(Step.Refused.class);
        return step.next();
    }

    private static VerifiedConfig held(ClientState state) {
        return Optional.ofNullable(state.configs().get(ONE.text())).orElseThrow();
    }

    private static PublishedConfig published(SignedRepository repository) {
        return Optional.ofNullable(repository.configs().get(ONE.text())).orElseThrow();
    }

    private static String content(ClientState state) {
        return new String(held(state).file().content(), StandardCharsets.UTF_8);
    }

    @Test
    void publishesReplacesRollsBackAndRemoves() {
        SignedRepository repository = publish(empty, ONE, "first");
        ClientState state = poll(repository, client.start());
        assertThat(content(state)).isEqualTo("first");

        repository = publish(repository, ONE, "second");
        state = poll(repository, state);
        assertThat(content(state)).isEqualTo("second");
        assertThat(answer(repository, state)).isEqualTo(ConfigResponse.EMPTY);

        repository = repository.rollback(ONE, targets, NOW);
        state = poll(repository, state);
        assertThat(content(state)).isEqualTo("first");
        assertThat(held(state).file().version()).isEqualTo(3);

        repository = repository.remove(ONE, targets, NOW);
        state = poll(repository, state);
        assertThat(state.configs()).isEmpty();

        repository = publish(repository, ONE, "again");
        assertThat(published(repository).version()).isEqualTo(4);
    }

    @Test
    void sendsOnlyProductsAskedForAndFilesNotHeld() {
        SignedRepository repository = publish(publish(empty, ONE, "mine"), OTHER, "not mine");
        ConfigResponse first = answer(repository, client.start());
        assertThat(first.clientConfigs()).containsExactly(ONE.text());
        ClientState state = poll(repository, client.start());

        ConfigResponse renewed = answer(repository.renew(targets, NOW), state);
        assertThat(renewed.clientConfigs()).containsExactly(ONE.text());
        assertThat(renewed.targetFiles()).isEmpty();
    }

    @Test
    void aClientThatAsksForMoreGetsItAtTheSameVersion() {
        SignedRepository repository = publish(publish(empty, ONE, "mine"), OTHER, "mine later");
        ClientState state = poll(repository, client.start());
        Client both = Client.agent(
                "agent-1", List.of("TESTING1", "TESTING2"), AGENT.agent().orElseThrow());
        Answer answer = repository.answer(client.request(state, both), NOW);
        assertThat(((Answer.Answered) answer).response().clientConfigs()).containsExactly(ONE.text(), OTHER.text());
    }

    @Test
    void clientsFollowEveryRotation() {
        SignedRepository repository = publish(empty, ONE, "first");
        ClientState state = poll(repository, client.start());
        RoleKeys newRoot = new RoleKeys(List.of(Forge.key(), Forge.key(), Forge.key()), 2);
        RoleKeys newTargets = RoleKeys.of(Forge.key());
        SignedRepository rotated =
                repository.rotate(root, newRoot, newTargets, NOW).rotate(newRoot, newRoot, newTargets, NOW);
        assertThat(rotated.rootVersion()).isEqualTo(3);
        assertThat(poll(rotated, state).rootVersion()).isEqualTo(3);
        assertThat(content(poll(rotated, client.start()))).isEqualTo("first");
        assertThatThrownBy(() -> publish(rotated, ONE, "with the old key"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ThresholdNotMet");
        assertThatThrownBy(() -> repository.rotate(newRoot, newRoot, newTargets, NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** As many roots as have come since are more than it takes at once. */
    @Test
    void aClientThatIsManyRotationsBehindFollowsThemInTurns() {
        RoleKeys one = RoleKeys.of(Forge.key());
        SignedRepository first = SignedRepository.create(RepositorySettings.DEFAULT, one, targets, NOW);
        List<Bytes> roots = new ArrayList<>(first.roots());
        while (roots.size() < 1_002) {
            roots.add(SignedDocument.root(roots.size() + 1, NOW.plusSeconds(500), one, targets, one.keys()));
        }
        SignedRepository rotated =
                new SignedRepository(RepositorySettings.DEFAULT, roots, first.targets(), new TreeMap<>());
        RemoteConfigClient behind =
                new RemoteConfigClient(roots.get(0), ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));

        ClientState state =
                behind.step(behind.start(), answer(rotated, behind.start())).next();
        assertThat(state.rootVersion()).isEqualTo(1_001);
        state = behind.step(state, answer(rotated, state)).next();
        assertThat(state.rootVersion()).isEqualTo(1_002);
        assertThat(state.targetsVersion()).isEqualTo(1);
    }

    /** By number alone they could become more than the server reads at its next start. */
    @Test
    void formerContentsAreBoundedInBytes() {
        SignedRepository repository = publish(empty, OTHER, "small").remove(OTHER, targets, NOW);
        for (String each : List.of("a", "b", "c")) {
            repository = publish(repository, ONE, each.repeat(33 << 20));
        }

        SignedRepository back = repository.rollback(ONE, targets, NOW);

        assertThat(published(back).content().toUtf8()).startsWith("b");
        assertThatThrownBy(() -> back.rollback(ONE, targets, NOW)).hasMessageContaining("no earlier version");
        assertThat(back.rollback(OTHER, targets, NOW).configs()).containsKey(OTHER.text());
    }

    @Test
    void saysThatItHasExpired() {
        SignedRepository repository = publish(empty, ONE, "first");
        Instant late = NOW.plus(Duration.ofDays(31));
        Answer answer = repository.answer(client.request(client.start(), AGENT), late);
        ConfigResponse response = ((Answer.Answered) answer).response();
        assertThat(response.status()).isEqualTo(ConfigStatus.EXPIRED);
        assertThat(response.clientConfigs()).isEmpty();
    }

    @Test
    void anExpiredConfigurationIsNotOffered() {
        Publication brief = new Publication(ONE, Bytes.utf8("x"), Optional.of(NOW.plusSeconds(5)), List.of());
        SignedRepository repository = empty.publish(brief, targets, NOW);
        assertThat(answer(repository, client.start()).clientConfigs()).hasSize(1);
        Answer later = repository.answer(client.request(client.start(), AGENT), NOW.plusSeconds(5));
        assertThat(((Answer.Answered) later).response().clientConfigs()).isEmpty();
    }

    @Test
    void comesBackFromItsStoredFormAndRefusesDamage() {
        Publication detailed = new Publication(
                OTHER,
                Bytes.utf8("x"),
                Optional.of(NOW.plusSeconds(500)),
                List.of(new TracerPredicate("c", "s", "e", "a", ">=1.2", "l", "r")));
        SignedRepository repository =
                publish(publish(empty, ONE, "first"), ONE, "second").publish(detailed, targets, NOW);
        SignedRepository back = SignedRepository.fromBytes(repository.toBytes());
        assertThat(back.toBytes()).isEqualTo(repository.toBytes());
        assertThat(back.configs()).isEqualTo(repository.configs());
        assertThat(published(back.rollback(ONE, targets, NOW)).content()).isEqualTo(Bytes.utf8("first"));

        byte[] damaged = repository.toBytes().toArray();
        damaged[damaged.length / 2] ^= 1;
        assertThatThrownBy(() -> SignedRepository.fromBytes(Bytes.of(damaged)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("digest does not match");
    }

    @Test
    void anyVersionThatIsKeptCanBePublishedAgain() {
        SignedRepository repository = publish(publish(empty, ONE, "first"), ONE, "second");
        repository = repository.rollback(ONE, targets, NOW);
        assertThat(versions(repository)).containsExactly(3L, 2L, 1L);

        repository = rollback(repository, 2);
        assertThat(published(repository).content()).isEqualTo(Bytes.utf8("second"));
        assertThat(published(repository).author()).isEqualTo(new Author("ann", Optional.of(NOW)));
        assertThat(versions(repository)).containsExactly(4L, 3L, 2L, 1L);
        assertThat(content(poll(repository, client.start()))).isEqualTo("second");
        assertThat(published(repository.rollback(ONE, targets, NOW)).content())
                .as("the one before")
                .isEqualTo(Bytes.utf8("first"));

        SignedRepository stored = SignedRepository.fromBytes(repository.toBytes());
        assertThat(stored.versions(ONE)).isEqualTo(repository.versions(ONE));
        SignedRepository withdrawn = stored.remove(ONE, targets, NOW);
        assertThat(published(rollback(withdrawn, 1)).content()).isEqualTo(Bytes.utf8("first"));
        assertThatThrownBy(() -> rollback(withdrawn, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("TESTING1/one has no version 7. Kept: 4, 3, 2, 1");
    }

    private SignedRepository rollback(SignedRepository repository, long to) {
        Publication former = repository.version(ONE, to).publication();
        return repository.publish(former, targets, NOW, "ann", SignedRepository.REQUEST_BYTES);
    }

    private static List<Long> versions(SignedRepository repository) {
        return repository.versions(ONE).stream().map(PublishedConfig::version).toList();
    }

    @Test
    void whatIsKeptIsBoundedWhateverIsRolledBack() {
        SignedRepository repository = publish(empty, ONE, "first");
        for (int i = 0; i < 50; i++) {
            repository = publish(repository, ONE, "content " + i);
            repository = repository.rollback(ONE, targets, NOW);
        }
        assertThat(repository.versions(ONE)).hasSize(1 + RepositorySettings.DEFAULT.historyPerConfig());
        for (int i = 0; i < 50; i++) {
            repository = rollback(repository, repository.versions(ONE).get(1).version());
        }
        assertThat(repository.versions(ONE)).hasSize(1 + RepositorySettings.DEFAULT.historyPerConfig());
    }

    /** Made by the release before authors were kept: "first", then "second" with a predicate and an end. */
    @Test
    void theFormerStoredFormIsRead() throws IOException {
        Bytes former;
        try (InputStream in = SignedRepositoryTest.class.getResourceAsStream("/repository-format-2.bin")) {
            former = Bytes.of(in.readAllBytes());
        }
        ConfigPath path = ConfigPath.of("TESTING1", "one");
        SignedRepository repository = SignedRepository.fromBytes(former);
        assertThat(repository.versions(path))
                .extracting(PublishedConfig::content, PublishedConfig::author)
                .containsExactly(
                        tuple(Bytes.utf8("second"), Author.UNKNOWN), tuple(Bytes.utf8("first"), Author.UNKNOWN));
        assertThat(repository.version(path, 2).predicates()).hasSize(1);
        assertThat(SignedRepository.fromBytes(repository.toBytes()).versions(path))
                .isEqualTo(repository.versions(path));
    }

    @Test
    void keysComeBackFromTheirStoredForm() {
        SigningKey key = Forge.key();
        SigningKey back = SigningKey.fromBytes(key.toBytes());
        assertThat(back.keyId()).isEqualTo(key.keyId());
        assertThat(back.toString()).doesNotContain(key.toBytes().toHex());
        RoleKeys same = RoleKeys.of(back);
        SignedRepository repository = SignedRepository.create(RepositorySettings.DEFAULT, root, RoleKeys.of(key), NOW);
        assertThat(repository.renew(same, NOW).targetsVersion()).isEqualTo(2);
    }

    @Test
    void anExportVerifiesOffline() {
        SignedRepository repository = publish(empty.rotate(root, root, targets, NOW), ONE, "first");
        assertThat(repository.export())
                .containsOnlyKeys("1.root.json", "2.root.json", "targets.json", "targets/" + ONE);
        OfflineProof proof = OfflineProof.verify(repository.export(), anchor, Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(proof.rootVersion()).isEqualTo(2);
        assertThat(proof.targetsVersion()).isEqualTo(repository.targetsVersion());
        assertThat(proof.expired()).isFalse();
        assertThat(proof.configs()).singleElement().satisfies(config -> {
            assertThat(config.file().path()).isEqualTo(ONE.text());
            assertThat(config.file().content()).isEqualTo(Bytes.utf8("first").toArray());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3, '>=1.2.0, <2', true",
        "2.0.0, '>=1.2.0, <2', false",
        "1.9.9, ^1.2, true",
        "0.3.0, ^0.2.5, false",
        "1.2.9, ~1.2.3, true",
        "1.3.0, ~1.2.3, false",
        "1.0.0-rc.1, <1.0.0, true",
        "1.0.0-rc.10, >1.0.0-rc.9, true",
        "3.1.0, <1 || >=3, true",
        "v1.2.3+build, =1.2.3, true",
        "1.2.3, !=1.2.3, false",
    })
    void tracerVersionConstraints(String version, String constraint, boolean meant) {
        TracerPredicate predicate = new TracerPredicate("", "", "", "", constraint, "", "");
        TracerDetails tracer = new TracerDetails("r", "java", version, "s", "e", "1", List.of());
        assertThat(predicate.matches(client(tracer))).isEqualTo(meant);
    }

    private static Client client(TracerDetails tracer) {
        return new Client(
                Optional.empty(),
                "c",
                List.of(),
                true,
                Optional.of(tracer),
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                0,
                Bytes.EMPTY);
    }

    @Test
    void predicatesAreAlternativesAndTheirFieldsAllCount() {
        TracerDetails tracer = new TracerDetails("r", "java", "1.0.0", "shop", "prod", "7", List.of());
        assertThat(new TracerPredicate("c", "shop", "prod", "7", "1", "java", "r").matches(client(tracer)))
                .isTrue();
        assertThat(new TracerPredicate("", "shop", "test", "", "", "", "").matches(client(tracer)))
                .isFalse();
        Publication some = new Publication(
                ONE, Bytes.utf8("x"), Optional.empty(), List.of(forClient("somebody"), forClient("agent-1")));
        assertThat(answer(empty.publish(some, targets, NOW), client.start()).clientConfigs())
                .hasSize(1);
        Publication others = new Publication(ONE, Bytes.utf8("x"), Optional.empty(), List.of(forClient("somebody")));
        assertThat(answer(empty.publish(others, targets, NOW), client.start()).clientConfigs())
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void invalidRequests(String reason, ConfigRequest request) {
        assertThat(empty.answer(request, NOW)).isEqualTo(new Answer.InvalidRequest(reason));
    }

    static Stream<Arguments> invalidRequests() {
        State state = new State(1, 0, List.of(), false, "", Bytes.EMPTY);
        Optional<State> ok = Optional.of(state);
        Optional<State> noRoot = Optional.of(new State(0, 0, List.of(), false, "", Bytes.EMPTY));
        Optional<AgentDetails> agent = Optional.of(new AgentDetails("a", "1", "", "", List.of()));
        Optional<TracerDetails> tracer = Optional.of(tracer("r", "java"));
        Optional<TracerDetails> none = Optional.empty();
        return Stream.of(
                Arguments.of("client is missing", new ConfigRequest(Optional.empty(), List.of())),
                Arguments.of("client.state is missing", request(Optional.empty(), "i", none, agent, true)),
                Arguments.of("client.state.root_version is below 1", request(noRoot, "i", none, agent, true)),
                Arguments.of("client.id is empty", request(ok, "", none, agent, true)),
                Arguments.of(
                        "exactly one of is_tracer, is_agent and is_updater has to be set, not 0",
                        request(ok, "i", none, agent, false)),
                Arguments.of("client.client_agent is missing", request(ok, "i", none, Optional.empty(), true)),
                Arguments.of("client.client_tracer is set for an agent", request(ok, "i", tracer, agent, true)),
                Arguments.of("client.client_tracer is missing", tracerRequest("i", none, Optional.empty())),
                Arguments.of("client.client_agent is set for a tracer", tracerRequest("i", tracer, agent)),
                Arguments.of(
                        "client.id equals client.client_tracer.runtime_id",
                        tracerRequest("r", tracer, Optional.empty())),
                Arguments.of(
                        "client.client_tracer.language is empty",
                        tracerRequest("i", Optional.of(tracer("r", "")), Optional.empty())),
                Arguments.of(
                        "client.id is longer than 255 characters", request(ok, "i".repeat(256), none, agent, true)));
    }

    @ParameterizedTest
    @MethodSource
    void oddCachedFilesArePassedOver(CachedFile odd) {
        SignedRepository repository = publish(empty, ONE, "first");
        ConfigRequest fresh = client.request(client.start(), AGENT);
        Answer answer = repository.answer(new ConfigRequest(fresh.client(), List.of(odd)), NOW);
        ConfigResponse response = ((Answer.Answered) answer).response();
        assertThat(response).isEqualTo(answer(repository, client.start()));
        assertThat(response.targetFiles()).hasSize(1);
    }

    static Stream<CachedFile> oddCachedFilesArePassedOver() {
        FileHash hash = new FileHash("sha256", Forge.key().keyId());
        return Stream.of(
                new CachedFile("x", 1, List.of(hash)),
                new CachedFile(ONE.text(), 0, List.of(hash)),
                new CachedFile(ONE.text(), -1, List.of(hash)),
                new CachedFile(ONE.text(), 1, List.of()),
                new CachedFile(ONE.text(), 1, List.of(new FileHash("sha256", ""))));
    }

    @Test
    void theSameVersionOfAnotherListIsNotCurrent() {
        SignedRepository before = publish(empty, ONE, "first");
        SignedRepository restored = publish(empty, ONE, "other");
        assertThat(restored.targetsVersion()).isEqualTo(before.targetsVersion());
        ClientState state = poll(before, client.start());
        ClientState next = poll(restored, state);
        assertThat(content(next)).isEqualTo("other");
        assertThat(answer(restored, next)).isEqualTo(ConfigResponse.EMPTY);
    }

    @ParameterizedTest
    @CsvSource({"path", "length", "sha256", "none"})
    void aClientWhoseFilesAreOthersIsNotCurrent(String different) {
        SignedRepository repository = publish(empty, ONE, "first");
        ConfigRequest request = client.request(poll(repository, client.start()), AGENT);
        CachedFile file = request.cachedFiles().get(0);
        List<CachedFile> files = switch (different) {
            case "path" -> List.of(new CachedFile(OTHER.text(), file.length(), file.hashes()));
            case "length" -> List.of(new CachedFile(file.path(), 6, file.hashes()));
            case "sha256" -> List.of(new CachedFile(file.path(), 5, List.of(new FileHash("sha256", "0".repeat(64)))));
            default -> List.of();
        };
        Answer answer = repository.answer(new ConfigRequest(request.client(), files), NOW);
        assertThat(((Answer.Answered) answer).response().targetFiles()).hasSize(1);
    }

    @Test
    void seesThatAClientIsAheadAndSignsAboveIt() {
        SignedRepository before = publish(publish(publish(empty, ONE, "1"), ONE, "2"), ONE, "3");
        SignedRepository restored = publish(empty, ONE, "other");
        ClientState state = poll(before, client.start());
        assertThat(restored.ahead(told(state)))
                .map(Ahead::reason)
                .contains("holds targets version 4, the server has 2");
        assertThat(client.step(state, answer(restored, state)).outcome()).isInstanceOf(Step.Refused.class);

        SignedRepository above = restored.renewAbove(4, targets, NOW).orElseThrow();
        assertThat(above.targetsVersion()).isEqualTo(5);
        assertThat(content(poll(above, state))).isEqualTo("other");

        ClientState same = poll(publish(empty, ONE, "1"), client.start());
        assertThat(restored.ahead(told(same)))
                .map(Ahead::reason)
                .contains("holds another list under the server's targets version 2");
        assertThat(restored.ahead(told(poll(restored, same)))).isEmpty();
        ClientState rotated = poll(before.rotate(root, root, targets, NOW), state);
        assertThat(restored.ahead(told(rotated)).orElseThrow().reason()).startsWith("holds root version 2");
    }

    @Test
    void nobodyUsesUpTheVersions() {
        assertThat(empty.renewAbove(Long.MAX_VALUE, targets, NOW)).isEmpty();
        assertThat(empty.renewAbove(1_000_002, targets, NOW)).isEmpty();
        assertThat(empty.renewAbove(1_000_001, targets, NOW))
                .map(SignedRepository::targetsVersion)
                .contains(1_000_002L);
        assertThat(empty.renewAbove(0, targets, NOW))
                .map(SignedRepository::targetsVersion)
                .contains(2L);
    }

    private State told(ClientState state) {
        return client.request(state, AGENT).client().orElseThrow().state().orElseThrow();
    }

    @Test
    void aTracerWithoutASemanticVersionIsNotMeantAndIsAnswered() {
        TracerPredicate predicate = new TracerPredicate("", "", "", "", ">=1", "", "");
        TracerDetails tracer = new TracerDetails("r", "java", "nightly", "s", "e", "1", List.of());
        assertThat(predicate.matches(client(tracer))).isFalse();
        Publication some = new Publication(ONE, Bytes.utf8("x"), Optional.empty(), List.of(predicate));
        ConfigRequest asks = tracerRequest("i", Optional.of(tracer), Optional.empty());
        assertThat(empty.publish(some, targets, NOW).answer(asks, NOW)).isInstanceOf(Answer.Answered.class);
    }

    private static TracerDetails tracer(String runtimeId, String language) {
        return new TracerDetails(runtimeId, language, "1.0.0", "s", "e", "1", List.of());
    }

    private static ConfigRequest request(
            Optional<State> state,
            String id,
            Optional<TracerDetails> tracer,
            Optional<AgentDetails> agent,
            boolean isAgent) {
        return new ConfigRequest(
                Optional.of(new Client(
                        state, id, List.of(), false, tracer, isAgent, agent, false, Optional.empty(), 0, Bytes.EMPTY)),
                List.of());
    }

    private static ConfigRequest tracerRequest(
            String id, Optional<TracerDetails> tracer, Optional<AgentDetails> agent) {
        State state = new State(1, 0, List.of(), false, "", Bytes.EMPTY);
        return new ConfigRequest(
                Optional.of(new Client(
                        Optional.of(state),
                        id,
                        List.of(),
                        true,
                        tracer,
                        false,
                        agent,
                        false,
                        Optional.empty(),
                        0,
                        Bytes.EMPTY)),
                List.of());
    }

    private static TracerPredicate forClient(String id) {
        return new TracerPredicate(id, "", "", "", "", "", "");
    }
}
