// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import static io.karst.remoteconfig.server.Forge.LATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
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
    private static final Client WHO =
            Client.agent("me", List.of("TESTING1"), new AgentDetails("karst", "1", "", "", List.of()));

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

    private ClientState holding(long version, Bytes content) {
        String targets = Forge.targets(version, LATER, Forge.entry(ONE, version, content));
        return client.step(client.start(), response(targets, List.of(file(ONE, content)), ONE))
                .next();
    }

    private State told(ClientState state) {
        return client.request(state, WHO).client().orElseThrow().state().orElseThrow();
    }

    private static AppliedConfig applied(String path, long version, ApplyState state, String reason) {
        return applied(path, version, A, state, reason);
    }

    private static AppliedConfig applied(String path, long version, Bytes content, ApplyState state, String reason) {
        String sha256 = content.digest("SHA-256").toHex();
        return new AppliedConfig(
                new RemoteConfig(path, "TESTING1", "one", version, sha256, content.toArray()), state, reason);
    }

    @Test
    void tellsWhatItHoldsAndWhatTheServerWantsEchoed() {
        State told = told(holding(3, A));
        assertThat(told.targetsVersion()).isEqualTo(3);
        assertThat(told.backendClientState()).isEqualTo(Bytes.utf8("{}"));
        assertThat(told.configStates()).containsExactly(new Report("one", 3, "TESTING1", ApplyState.UNKNOWN, ""));
        assertThat(told.hasError()).isFalse();
    }

    @Test
    void tellsOutcomesOfTheVersionHeldAndDropsOthers() {
        ClientState held = holding(3, A);
        ClientState stale = client.report(held, List.of(applied(ONE, 2, ApplyState.ACKNOWLEDGED, "")));
        assertThat(stale).isEqualTo(held);
        ClientState failed = client.report(held, List.of(applied(ONE, 3, ApplyState.ERROR, "no such map")));
        assertThat(told(failed).configStates())
                .containsExactly(new Report("one", 3, "TESTING1", ApplyState.ERROR, "no such map"));
        ClientState unknown = client.report(held, List.of(applied(TWO, 3, ApplyState.ERROR, "not held")));
        assertThat(unknown).isEqualTo(held);
    }

    @Test
    void anOutcomeOfOtherContentUnderTheSameVersionIsDropped() {
        ClientState held = holding(3, A);
        assertThat(client.report(held, List.of(applied(ONE, 3, B, ApplyState.ACKNOWLEDGED, ""))))
                .isEqualTo(held);
        String targets = Forge.targets(3, LATER, Forge.entry(ONE, 3, B));
        ClientState acknowledged = client.report(held, List.of(applied(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        Step step = client.step(acknowledged, response(targets, List.of(file(ONE, B)), ONE));
        assertThat(told(step.next()).configStates())
                .containsExactly(new Report("one", 3, "TESTING1", ApplyState.UNKNOWN, ""));
    }

    @Test
    void theBareRequestHasNothingThatAServerCouldRefuse() {
        ClientState failed = client.failed(holding(3, A), "\u20ac".repeat(500));
        ConfigRequest bare = client.bareRequest(failed, WHO);
        assertThat(bare.cachedFiles()).isEmpty();
        State told = bare.client().orElseThrow().state().orElseThrow();
        assertThat(told.configStates()).isEmpty();
        assertThat(told.targetsVersion()).isEqualTo(3);
        assertThat(told.backendClientState()).isEqualTo(Bytes.utf8("{}"));
        assertThat(told.error()).hasSize(100);
        assertThat(bare.wireBytes()).isLessThan(1024);
    }

    @Test
    void reasonsTogetherAreBounded() {
        String[] entries = new String[100];
        String[] paths = new String[100];
        List<TargetFile> files = new ArrayList<>();
        for (int i = 0; i < entries.length; i++) {
            paths[i] = "datadog/2/TESTING1/" + i + "/config";
            entries[i] = Forge.entry(paths[i], 1, A);
            files.add(file(paths[i], A));
        }
        ClientState held = client.step(client.start(), response(Forge.targets(1, LATER, entries), files, paths))
                .next();
        ClientState failed = client.report(
                held,
                held.configs().values().stream()
                        .map(config -> new AppliedConfig(config.file(), ApplyState.ERROR, "x".repeat(1000)))
                        .toList());
        assertThat(told(failed).configStates())
                .hasSize(100)
                .allSatisfy(report -> assertThat(report.applyState()).isEqualTo(ApplyState.ERROR))
                .filteredOn(report -> !report.applyError().isEmpty())
                .hasSize(16);
    }

    @Test
    void aReplacedConfigurationIsNotApplied() {
        ClientState acknowledged = client.report(holding(3, A), List.of(applied(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        String targets = Forge.targets(4, LATER, Forge.entry(ONE, 4, B));
        Step step = client.step(acknowledged, response(targets, List.of(file(ONE, B)), ONE));
        assertThat(told(step.next()).configStates())
                .containsExactly(new Report("one", 4, "TESTING1", ApplyState.UNKNOWN, ""));
        assertThat(((Step.Updated) step.outcome()).changed())
                .singleElement()
                .satisfies(config -> assertThat(config.content()).isEqualTo(B));
    }

    @Test
    void unchangedContentNeedsNoFileAndKeepsItsVersionAndOutcome() {
        ClientState acknowledged = client.report(holding(3, A), List.of(applied(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        String both = Forge.sha256(A) + ",\"sha512\":\"" + A.digest("SHA-512").toHex() + "\"";
        String targets = Forge.targets(4, LATER, Forge.entry(ONE, "{\"v\":4}", 1, both));
        Step step = client.step(acknowledged, response(targets, List.of(), ONE));
        assertThat(step.outcome()).isEqualTo(new Step.Unchanged());
        assertThat(told(step.next()).configStates())
                .containsExactly(new Report("one", 3, "TESTING1", ApplyState.ACKNOWLEDGED, ""));
        assertThat(step.next().targetsVersion()).isEqualTo(4);
    }

    @Test
    void configurationsNoLongerMeantAreRemoved() {
        Step step = client.step(holding(3, A), response(Forge.targets(4, LATER), List.of()));
        assertThat(((Step.Updated) step.outcome()).removed()).hasSize(1);
        assertThat(step.next().configs()).isEmpty();
    }

    @Test
    void tellsOfARefusalUntilTheNextSuccess() {
        ClientState held = holding(3, A);
        ClientState refused =
                client.step(held, response(Forge.targets(2, LATER), List.of())).next();
        assertThat(told(refused).hasError()).isTrue();
        assertThat(told(refused).error()).contains("TargetsRolledBack");
        ClientState again = client.step(refused, ConfigResponse.EMPTY).next();
        assertThat(again).isEqualTo(held);
    }

    @Test
    void aPartialPolicyAppliesWhatIsGoodAndReportsTheRest() {
        ClientPolicy policy = new ClientPolicy(Optional.empty(), true, true, Organisation.ANY, Limits.DEFAULT);
        RemoteConfigClient partial = client(policy, NOW);
        String targets = Forge.targets(3, LATER, Forge.entry(ONE, 3, A), Forge.entry(TWO, 3, A));
        Step step = partial.step(partial.start(), response(targets, List.of(file(ONE, A), file(TWO, B)), ONE, TWO));
        Step.Updated updated = (Step.Updated) step.outcome();
        assertThat(step.next().configs()).containsOnlyKeys(ONE);
        assertThat(updated.refused())
                .singleElement()
                .satisfies(refused -> assertThat(refused.refusal()).isEqualTo(new Refusal.HashMismatch(TWO, "sha256")));
        assertThat(told(step.next()).configStates())
                .extracting(Report::id, Report::applyState)
                .containsExactlyInAnyOrder(tuple("one", ApplyState.UNKNOWN), tuple("two", ApplyState.ERROR));
        assertThat(partial.restore(partial.store(step.next())).outcome()).isInstanceOf(Step.Unchanged.class);
    }

    @Test
    void aConfigurationEndsByItself() {
        long end = NOW.plusSeconds(60).getEpochSecond();
        String entry = Forge.entry(ONE, "{\"v\":3,\"expires\":" + end + "}", 1, Forge.sha256(A));
        ConfigResponse response = response(Forge.targets(3, LATER, entry), List.of(file(ONE, A)), ONE);
        ClientState held = client.step(client.start(), response).next();
        assertThat(client.expire(held).outcome()).isEqualTo(new Step.Unchanged());
        RemoteConfigClient later = client(ClientPolicy.DEFAULT, NOW.plusSeconds(60));
        Step step = later.expire(held);
        assertThat(((Step.Updated) step.outcome()).removed()).hasSize(1);
        assertThat(later.step(later.start(), response).next().configs()).isEmpty();
    }

    @Test
    void aRestartKeepsEverythingButOutcomes() {
        ClientState held = holding(3, A);
        ClientState acknowledged = client.report(held, List.of(applied(ONE, 3, ApplyState.ACKNOWLEDGED, "")));
        // A year later the metadata has expired; what was good when it came stays in force.
        RemoteConfigClient restarted = client(ClientPolicy.DEFAULT, NOW.plusSeconds(400L * 86_400));
        assertThat(restarted.restore(restarted.store(acknowledged))).isEqualTo(new Step(new Step.Unchanged(), held));
    }

    @Test
    void aStoreOfAnotherRepositoryIsRejected() {
        SigningKey other = Forge.key();
        Bytes foreign = Forge.sign(Forge.root(1, LATER, RoleKeys.of(other), RoleKeys.of(other)), other);
        RemoteConfigClient stranger =
                new RemoteConfigClient(foreign, ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(stranger.restore(client.store(holding(3, A))))
                .isEqualTo(new Step(new Step.Refused(new Refusal.ThresholdNotMet("targets", 0, 1)), stranger.start()));
    }

    @Test
    void aNewerAnchorTakesOverAnOlderStore() {
        Bytes next = Forge.sign(Forge.root(2, LATER, RoleKeys.of(rootKey), RoleKeys.of(targetsKey)), rootKey);
        ConfigResponse rotation = new ConfigResponse(List.of(next), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);
        ClientState rotated = client.step(holding(3, A), rotation).next();
        assertThat(rotated.rootVersion()).isEqualTo(2);
        RemoteConfigClient newer = new RemoteConfigClient(next, ClientPolicy.DEFAULT, Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(newer.restore(client.store(rotated)).next().configs()).containsOnlyKeys(ONE);
        assertThat(client.restore(client.store(rotated))).isEqualTo(new Step(new Step.Unchanged(), rotated));
    }
}
