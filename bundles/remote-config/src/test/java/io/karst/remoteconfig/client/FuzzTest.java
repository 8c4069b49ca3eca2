// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.UpdaterDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.wire.ConfigBackend.Answer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Broken responses, a hundred thousand of them: nothing is thrown, and no byte is applied that was not signed. */
class FuzzTest {

    private static final int ROUNDS = Integer.getInteger("karst.fuzz.rounds", 100_000);
    private static final long SEED = Long.getLong("karst.fuzz.seed", 20260101L);
    private static final int BATCHES = 20;
    private static final int ROUNDS_WITH_ROOTS = 200;
    private static final int ROUNDS_OF_STORED = 10;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final ConfigPath ONE = ConfigPath.parse("datadog/2/TESTING1/one/config");
    private static final ConfigPath TWO = ConfigPath.parse("datadog/2/TESTING1/two/config");
    private static final Client WHO = new Client(
            Optional.empty(),
            "fuzz",
            List.of("TESTING1"),
            false,
            Optional.empty(),
            false,
            Optional.empty(),
            true,
            Optional.of(new UpdaterDetails(List.of(), 0)),
            0,
            Bytes.EMPTY);

    private final RoleKeys root = RoleKeys.of(Forge.key());
    private final RoleKeys targets = RoleKeys.of(Forge.key());
    private final SignedRepository first = SignedRepository.create(RepositorySettings.DEFAULT, root, targets, NOW)
            .publish(publication(ONE, "first of one"), targets, NOW);
    private final SignedRepository second = first.rotate(root, root, targets, NOW)
            .publish(publication(ONE, "second of one"), targets, NOW)
            .publish(publication(TWO, "first of two"), targets, NOW);
    private final RemoteConfigClient client =
            new RemoteConfigClient(first.roots().get(0), ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));
    private final ClientState before =
            client.step(client.start(), answer(first, client.start())).next();

    private static Publication publication(ConfigPath path, String content) {
        return new Publication(path, Bytes.utf8(content), Optional.empty(), List.of());
    }

    private ConfigResponse answer(SignedRepository repository, ClientState state) {
        Answer answer = repository.answer(client.request(state, WHO), NOW);
        return ((Answer.Answered) answer).response();
    }

    @Test
    void brokenResponsesCrashNothingAndApplyNothing() {
        ConfigResponse withRoots = answer(second, before);
        ConfigResponse targetsOnly = answer(second, rootTaken());
        ClientState rootTaken = rootTaken();
        long refused = IntStream.range(0, BATCHES)
                .parallel() // each with its own seed, so that the same responses come on any machine
                .mapToLong(batch -> {
                    ResponseMutator mutator = new ResponseMutator(SEED + batch);
                    return IntStream.range(0, ROUNDS / BATCHES)
                            .filter(i -> i % ROUNDS_WITH_ROOTS == 0
                                    ? isRefused(before, mutator.mutate(withRoots))
                                    : isRefused(rootTaken, mutator.mutate(targetsOnly)))
                            .count();
                })
                .sum();
        assertThat(refused).isGreaterThan(ROUNDS / 2);
    }

    private boolean isRefused(ClientState state, ConfigResponse response) {
        Step step = client.step(state, response);
        if (step.outcome() instanceof Step.Refused refusal) {
            assertThat(step.next())
                    .isEqualTo(client.failed(state, refusal.refusal().message()));
            return true;
        }
        step.next().configs().values().forEach(this::assertSigned);
        return false;
    }

    private ClientState rootTaken() {
        ConfigResponse onlyRoots =
                new ConfigResponse(second.roots(), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);
        return client.step(before, onlyRoots).next();
    }

    private void assertSigned(VerifiedConfig config) {
        String path = config.file().path();
        boolean signed = List.of(first, second).stream()
                .map(repository -> repository.configs().get(path))
                .anyMatch(published -> published != null
                        && published.version() == config.file().version()
                        && published.content().equals(config.content()));
        assertThat(signed).as(path).isTrue();
    }

    @Test
    void damagedStoresAreRejected() {
        Bytes stored = client.store(before);
        for (int i = 0; i < stored.size(); i++) {
            byte[] damaged = stored.toArray();
            damaged[i] ^= 1;
            assertThat(client.restore(Bytes.of(damaged)).outcome()).isInstanceOf(Step.Refused.class);
            if (i % ROUNDS_OF_STORED == 0) {
                Bytes cut = Bytes.of(Arrays.copyOf(stored.toArray(), i));
                assertThat(client.restore(cut).outcome()).isInstanceOf(Step.Refused.class);
            }
        }
    }
}
