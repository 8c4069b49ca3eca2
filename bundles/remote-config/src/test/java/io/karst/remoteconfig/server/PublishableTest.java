// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.PublishedConfig.Author;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever can be published, clients that hold it are answered, and follow to whatever is published next. */
class PublishableTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int REQUEST_BYTES = 64 * 1024;
    private static final int CHANGES = 120;
    private static final List<String> PRODUCTS = List.of("A", "b-_9", "P".repeat(ConfigPath.PRODUCT_LENGTH));
    private static final Client WHO = Client.agent("me", PRODUCTS, new AgentDetails("karst", "1", "", "", List.of()));

    private final RoleKeys keys = RoleKeys.of(Forge.key());
    private final SignedRepository empty = SignedRepository.create(RepositorySettings.DEFAULT, keys, keys, NOW);
    private final RemoteConfigClient client =
            new RemoteConfigClient(empty.roots().get(0), ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));

    private static Publication publication(ConfigPath path, Bytes content) {
        return new Publication(path, content, Optional.empty(), List.of());
    }

    /** Asks as a client whose listeners all refused everything, at length. */
    private ClientState poll(SignedRepository repository, ClientState state) {
        ClientState told = client.report(
                state,
                state.configs().values().stream()
                        .map(held -> new AppliedConfig(
                                held.file(), ApplyState.ERROR, "\u20ac".repeat(ApplyOutcome.MAX_REASON)))
                        .toList());
        ConfigRequest request = client.request(told, WHO);
        assertThat(request.wireBytes()).isLessThanOrEqualTo(REQUEST_BYTES);
        Answer answer = repository.answer(request, NOW);
        assertThat(answer).isInstanceOf(Answer.Answered.class);
        Step step = client.step(told, ((Answer.Answered) answer).response());
        assertThat(step.outcome()).isNotInstanceOf(Step.Refused.class);
        assertThat(step.next().configs().keySet())
                .isEqualTo(repository.configs().keySet());
        repository
                .configs()
                .forEach((path, config) ->
                        assertThat(held(step.next(), path).file().sha256()).isEqualTo(config.sha256()));
        return step.next();
    }

    private static VerifiedConfig held(ClientState state, String path) {
        return Optional.ofNullable(state.configs().get(path)).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void clientsFollowWhateverIsPublished(long seed) {
        Random random = new Random(seed);
        SignedRepository repository = empty;
        ClientState state = client.start();
        List<ConfigPath> paths = new ArrayList<>();
        int refused = 0;
        for (int change = 0; change < CHANGES; change++) {
            ConfigPath path =
                    paths.isEmpty() || random.nextInt(3) > 0 ? path(random) : paths.get(random.nextInt(paths.size()));
            try {
                if (random.nextInt(8) == 0 && repository.configs().containsKey(path.text())) {
                    repository = repository.remove(path, keys, NOW);
                } else {
                    byte[] content = new byte[random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(2000)];
                    random.nextBytes(content);
                    repository = repository.publish(publication(path, Bytes.of(content)), keys, NOW, "", REQUEST_BYTES);
                    paths.add(path);
                }
            } catch (IllegalArgumentException e) {
                refused++;
            }
            state = poll(repository, state);
        }
        assertThat(refused).isBetween(1, CHANGES / 2);
        assertThat(repository.configs()).hasSizeGreaterThan(10);
    }

    private static ConfigPath path(Random random) {
        int length = random.nextBoolean() ? 1 + random.nextInt(ConfigPath.ID_LENGTH) : 1 + random.nextInt(8);
        StringBuilder id = new StringBuilder();
        while (id.length() < length) {
            int point = random.nextBoolean() ? ' ' + random.nextInt(95) : 0xa1 + random.nextInt(0x2000);
            if (point != '/') {
                id.appendCodePoint(point);
            }
        }
        String product = PRODUCTS.get(random.nextInt(PRODUCTS.size()));
        return ConfigPath.find("employee/" + product + "/" + id + "/config")
                .orElseGet(() -> ConfigPath.of(product, "plain"));
    }

    @Test
    void anEmptyFileIsNotPublished() {
        assertThatThrownBy(() -> empty.publish(publication(ConfigPath.of("A", "a"), Bytes.EMPTY), keys, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The content of A/a is empty: publish at least one byte, or withdraw it");
    }

    /** An earlier release published them. */
    @Test
    void clientsThatHoldAnEmptyFileAreAnsweredAndToldBetter() {
        ConfigPath path = ConfigPath.of("A", "a");
        TreeMap<String, ConfigHistory> histories = new TreeMap<>();
        ConfigHistory history = ConfigHistory.NONE.publish(publication(path, Bytes.EMPTY), Author.UNKNOWN, 1);
        histories.put(path.text(), history);
        SignedRepository odd = new SignedRepository(
                RepositorySettings.DEFAULT,
                empty.roots(),
                SignedDocument.targets(
                        2,
                        RepositorySettings.DEFAULT,
                        NOW,
                        List.of(history.current().orElseThrow()),
                        keys.keys()),
                histories);
        ClientState state = poll(odd, client.start());
        assertThat(state.configs()).containsOnlyKeys(path.text());
        assertThat(((Answer.Answered) odd.answer(client.request(state, WHO), NOW))
                        .response()
                        .isEmpty())
                .isTrue();
        SignedRepository better = odd.publish(publication(path, Bytes.utf8("x")), keys, NOW);
        assertThat(held(poll(better, state), path.text()).file().size()).isEqualTo(1);
        poll(odd.remove(path, keys, NOW), state);
    }

    @Test
    void moreThanOneRequestCanNameIsNotPublished() {
        SignedRepository repository = empty;
        for (int i = 0; i < 20; i++) {
            repository = repository.publish(publication(ConfigPath.of("A", "id-" + i), Bytes.utf8("x")), keys, NOW);
        }
        SignedRepository full = repository;
        Publication more = publication(ConfigPath.of("A", "one-more"), Bytes.utf8("x"));
        assertThatThrownBy(() -> full.publish(more, keys, NOW, "", 8 * 1024))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withdraw some configurations first, or use shorter ids");
    }

    @Test
    void aRollbackBringsBackNoMoreThanOneRequestCanName() {
        ConfigPath path = ConfigPath.of("A", "i".repeat(255));
        SignedRepository repository = empty.publish(publication(path, Bytes.utf8("x")), keys, NOW)
                .remove(path, keys, NOW)
                .publish(publication(ConfigPath.of("A", "b"), Bytes.utf8("x")), keys, NOW);
        assertThatThrownBy(() -> repository.rollback(path, keys, NOW, "", 4000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4000 is the limit");
        assertThat(repository.rollback(path, keys, NOW).configs()).hasSize(2);
    }

    @Test
    void moreThanOneAnswerCanCarryIsNotPublished() {
        SignedRepository half =
                empty.publish(publication(ConfigPath.of("A", "a"), Bytes.of(new byte[60 << 20])), keys, NOW);
        assertThatThrownBy(() ->
                        half.publish(publication(ConfigPath.of("A", "b"), Bytes.of(new byte[60 << 20])), keys, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("All configurations together would have");
        assertThatThrownBy(() ->
                        empty.publish(publication(ConfigPath.of("A", "a"), Bytes.of(new byte[65 << 20])), keys, NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TooLarge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ACME.LIMITS", "a/b", "\u00e4", "*", "a\n"})
    void productsThatNoClientCanAskForAreNoProducts(String product) {
        assertThatThrownBy(() -> ConfigPath.of(product, "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not valid: use letters, digits, '_' and '-' only");
        assertThat(ConfigPath.find("employee/" + product + "/a/config")).isEmpty();
    }

    @Test
    void productsAndIdsAreBounded() {
        assertThat(ConfigPath.of("P".repeat(100), "i".repeat(255)).id()).hasSize(255);
        assertThatThrownBy(() -> ConfigPath.of("P".repeat(101), "i")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ConfigPath.of("P", "i".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 255 characters")
                .satisfies(e -> assertThat(e.toString()).hasSizeLessThan(500));
    }
}
