// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import static io.karst.remoteconfig.server.Forge.LATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.remoteconfig.AgentDetails;
import io.karst.remoteconfig.ApplyReport;
import io.karst.remoteconfig.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ClientIdentity;
import io.karst.remoteconfig.ClientState;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.ConfigState;
import io.karst.remoteconfig.ConfigStatus;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.TargetFile;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the state machine does with good responses, reports and restarts. */
class RemoteConfigClientTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ONE = "datadog/2/TESTING1/one/config";
    private static final String TWO = "datadog/2/TESTING1/two/config";
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");
    private static final ClientIdentity WHO = new ClientIdentity(
            "me", List.of("TESTING1"), new ClientIdentity.Agent(new AgentDetails("karst", "1", "", "", List.of())));

    private final SigningKey rootKey = Forge.key();
    private final SigningKey targetsKey = Forge.key();
    private final Bytes root = Forge.sign(Forge.root(1, LATER, RoleKeys.of(rootKey), RoleKeys.of(targetsKey)), rootKey);
    private final RemoteConfigClient client = client(ClientPolicy.DEFAULT, NOW);

    private RemoteConfigClient client(ClientPolicy policy, Instant now) {
        return new RemoteConfigClient(root, policy, Clock.fixed(now, ZoneOffset.UTC));
    }

    private ConfigResponse response(String targets, List<TargetFile> files, String... configs) {
        return new ConfigResponse(List.of(), Forge.sign(targets, targetsKey), files, List.of(configs), ConfigStatus.OK);
    }

    private static TargetFile file(String path, Bytes content) {
        return new TargetFile(path, content);
    }

    private RemoteConfigClientState holding(long version, Bytes content) {
        String targets = Forge.targets(version, LATER, Forge.entry(ONE, version, content));
        return client.step(client.start(), response(targets, List.of(file(ONE, content)), ONE), List.of())
                .next();
    }

    private ClientState told(RemoteConfigClientState state) {
        return client.request(state, WHO).client().orElseThrow().state().orElseThrow();
    }

    @Test
    void tellsWhatItHoldsAndWhatTheServerWantsEchoed() {
        ClientState told = told(holding(3, A));
        assertThat(told.targetsVersion()).isEqualTo(3);
        assertThat(told.backendClientState()).isEqualTo(Bytes.utf8("{}"));
        assertThat(told.configStates()).containsExactly(new ConfigState("one", 3, "TESTING1", ApplyState.UNKNOWN, ""));
        assertThat(told.hasError()).isFalse();
    }

    @Test
    void tellsOutcomesOfTheVersionHeldAndDropsOthers() {
        RemoteConfigClientState held = holding(3, A);
        RemoteConfigClientState stale =
                client.report(held, List.of(new ApplyReport(ONE, 2, ApplyState.ACKNOWLEDGED, "")));
        assertThat(stale).isEqualTo(held);
        RemoteConfigClientState failed =
                client.report(held, List.of(new ApplyReport(ONE, 3, ApplyState.ERROR, "no such map")));
        assertThat(told(failed).configStates())
                .containsExactly(new ConfigState("one", 3, "TESTING1", ApplyState.ERROR, "no such map"));
        RemoteConfigClientState unknown =
                client.report(held, List.of(new ApplyReport(TWO, 3, ApplyState.ERROR, "not held")));
        assertThat(unknown).isEqualTo(held);
    }

    @Test
    void aReplacedConfigurationIsNotApplied() {
        RemoteConfigClientState acknowledged =
                client.report(holding(3, A), List.of(new ApplyReport(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        String targets = Forge.targets(4, LATER, Forge.entry(ONE, 4, B));
        Step step = client.step(acknowledged, response(targets, List.of(file(ONE, B)), ONE), List.of());
        assertThat(told(step.next()).configStates())
                .containsExactly(new ConfigState("one", 4, "TESTING1", ApplyState.UNKNOWN, ""));
        assertThat(((Outcome.Updated) step.outcome()).changed())
                .singleElement()
                .satisfies(config -> assertThat(config.content()).isEqualTo(B));
    }

    @Test
    void unchangedContentNeedsNoFileAndKeepsItsVersionAndOutcome() {
        RemoteConfigClientState acknowledged =
                client.report(holding(3, A), List.of(new ApplyReport(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        String both = Forge.sha256(A) + ",\"sha512\":\"" + A.digest("SHA-512").toHex() + "\"";
        String targets = Forge.targets(4, LATER, Forge.entry(ONE, "{\"v\":4}", 1, both));
        Step step = client.step(acknowledged, response(targets, List.of(), ONE), List.of());
        assertThat(step.outcome()).isEqualTo(new Outcome.Unchanged());
        assertThat(told(step.next()).configStates())
                .containsExactly(new ConfigState("one", 3, "TESTING1", ApplyState.ACKNOWLEDGED, ""));
        assertThat(step.next().targetsVersion()).isEqualTo(4);
    }

    @Test
    void configurationsNoLongerMeantAreRemoved() {
        Step step = client.step(holding(3, A), response(Forge.targets(4, LATER), List.of()), List.of());
        assertThat(((Outcome.Updated) step.outcome()).removed()).hasSize(1);
        assertThat(step.next().configs()).isEmpty();
    }

    @Test
    void tellsOfARefusalUntilTheNextSuccess() {
        RemoteConfigClientState held = holding(3, A);
        RemoteConfigClientState refused = client.step(held, response(Forge.targets(2, LATER), List.of()), List.of())
                .next();
        assertThat(told(refused).hasError()).isTrue();
        assertThat(told(refused).error()).contains("TargetsRolledBack");
        RemoteConfigClientState again =
                client.step(refused, ConfigResponse.EMPTY, List.of()).next();
        assertThat(again).isEqualTo(held);
    }

    @Test
    void aPartialPolicyAppliesWhatIsGoodAndReportsTheRest() {
        ClientPolicy policy = new ClientPolicy(Optional.empty(), true, true, Organisation.ANY, Limits.DEFAULT);
        RemoteConfigClient partial = client(policy, NOW);
        String targets = Forge.targets(3, LATER, Forge.entry(ONE, 3, A), Forge.entry(TWO, 3, A));
        Step step = partial.step(
                partial.start(), response(targets, List.of(file(ONE, A), file(TWO, B)), ONE, TWO), List.of());
        Outcome.Updated updated = (Outcome.Updated) step.outcome();
        assertThat(step.next().configs()).containsOnlyKeys(ONE);
        assertThat(updated.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.refusal()).isEqualTo(new Refusal.HashMismatch(TWO, "sha256")));
        assertThat(told(step.next()).configStates())
                .extracting(ConfigState::id, ConfigState::applyState)
                .containsExactlyInAnyOrder(tuple("one", ApplyState.UNKNOWN), tuple("two", ApplyState.ERROR));
        assertThat(partial.restore(partial.store(step.next()))).isInstanceOf(Restored.Intact.class);
    }

    @Test
    void aConfigurationEndsByItself() {
        long end = NOW.plusSeconds(60).getEpochSecond();
        String entry = Forge.entry(ONE, "{\"v\":3,\"expires\":" + end + "}", 1, Forge.sha256(A));
        ConfigResponse response = response(Forge.targets(3, LATER, entry), List.of(file(ONE, A)), ONE);
        RemoteConfigClientState held =
                client.step(client.start(), response, List.of()).next();
        assertThat(client.expire(held).outcome()).isEqualTo(new Outcome.Unchanged());
        RemoteConfigClient later = client(ClientPolicy.DEFAULT, NOW.plusSeconds(60));
        Step step = later.expire(held);
        assertThat(((Outcome.Updated) step.outcome()).removed()).hasSize(1);
        assertThat(later.step(later.start(), response, List.of()).next().configs())
                .isEmpty();
    }

    @Test
    void aRestartKeepsEverythingButOutcomes() {
        RemoteConfigClientState held = holding(3, A);
        RemoteConfigClientState acknowledged =
                client.report(held, List.of(new ApplyReport(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        // A year later the metadata has expired; what was good when it came stays in force.
        RemoteConfigClient restarted = client(ClientPolicy.DEFAULT, NOW.plusSeconds(400L * 86_400));
        assertThat(restarted.restore(restarted.store(acknowledged))).isEqualTo(new Restored.Intact(held));
    }

    @Test
    void aStoreOfAnotherRepositoryIsRejected() {
        SigningKey other = Forge.key();
        Bytes foreign = Forge.sign(Forge.root(1, LATER, RoleKeys.of(other), RoleKeys.of(other)), other);
        RemoteConfigClient stranger =
                new RemoteConfigClient(foreign, ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(stranger.restore(client.store(holding(3, A))))
                .isEqualTo(new Restored.Rejected(new Refusal.ThresholdNotMet("targets", 0, 1), stranger.start()));
    }

    @Test
    void aNewerAnchorTakesOverAnOlderStore() {
        Bytes next = Forge.sign(Forge.root(2, LATER, RoleKeys.of(rootKey), RoleKeys.of(targetsKey)), rootKey);
        ConfigResponse rotation = new ConfigResponse(List.of(next), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);
        RemoteConfigClientState rotated =
                client.step(holding(3, A), rotation, List.of()).next();
        assertThat(rotated.rootVersion()).isEqualTo(2);
        RemoteConfigClient newer = new RemoteConfigClient(next, ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(newer.restore(client.store(rotated)).state().configs()).containsOnlyKeys(ONE);
        assertThat(client.restore(client.store(rotated))).isEqualTo(new Restored.Intact(rotated));
    }
}
