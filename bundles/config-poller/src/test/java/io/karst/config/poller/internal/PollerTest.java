// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigState;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PollerTest {

    @TempDir
    private Path folder;

    private World world;
    private FakeServer server;
    private ConfigPollerStage poller;

    @BeforeEach
    void start() throws IOException {
        world = new World(folder);
        server = new FakeServer(world.instant());
        poller = world.poller(server, world.root(server));
        poller.restore();
    }

    private static String text(RemoteConfig config) {
        return new String(config.content(), StandardCharsets.UTF_8);
    }

    private void publishes(String content) throws InterruptedException {
        server.publish(content, world.instant());
        poller.poll();
    }

    private ConfigState state() {
        return poller.report().state();
    }

    private static ConfigResponse tampered(ConfigResponse response) {
        return new ConfigResponse(
                response.roots(),
                response.targets(),
                response.targetFiles().stream()
                        .map(file -> new TargetFile(file.path(), Bytes.utf8("evil")))
                        .toList(),
                response.clientConfigs(),
                response.status());
    }

    @Test
    void aPublishedFileIsInForceAndAnnounced() throws InterruptedException {
        assertThat(state()).isEqualTo(ConfigState.CONNECTING);
        publishes("one");
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        assertThat(world.announced()).extracting(ConfigChange::kind).containsExactly(Kind.UPDATED);
        server.remove(world.instant());
        poller.poll();
        assertThat(poller.configs()).isEmpty();
        assertThat(world.announced()).extracting(ConfigChange::kind).containsExactly(Kind.UPDATED, Kind.REMOVED);
    }

    @Test
    void aTamperedAnswerChangesNothingAndTheServerHearsOfIt() throws InterruptedException {
        publishes("one");
        server.spoil(PollerTest::tampered);
        publishes("two");
        assertThat(state()).isEqualTo(ConfigState.ERROR);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        poller.poll();
        assertThat(server.lastAsked()
                        .client()
                        .orElseThrow()
                        .state()
                        .orElseThrow()
                        .hasError())
                .isTrue();
        server.work();
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("two");
    }

    @Test
    void outcomesGoBackWithTheNextQuestion() throws InterruptedException {
        publishes("one");
        RemoteConfig one = poller.configs().get(0);
        poller.poll();
        assertThat(sentState()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        poller.take(ApplyOutcome.failed("l", one, "no room"), OptionalLong.of(1));
        poller.poll();
        assertThat(sentState()).isEqualTo(ApplyState.ERROR);
        publishes("two");
        poller.take(ApplyOutcome.applied("l", one), OptionalLong.of(1)); // stale
        poller.poll();
        assertThat(sentState()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        poller.take(ApplyOutcome.applied("l", poller.configs().get(0)), OptionalLong.of(1));
        poller.poll();
        assertThat(sentState()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    private ApplyState sentState() {
        return server.lastAsked()
                .client()
                .orElseThrow()
                .state()
                .orElseThrow()
                .configStates()
                .get(0)
                .applyState();
    }

    @Test
    void aServerThatGoesAwayMakesItStaleAndComesBackReady() throws InterruptedException {
        publishes("one");
        server.fail(TransportException.Kind.UNREACHABLE);
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        world.pass(Duration.ofSeconds(61));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.STALE);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        server.work();
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
    }

    @Test
    void aServerThatIsSwitchedOffIsAskedSlowly() throws InterruptedException {
        server.fail(TransportException.Kind.NOT_OFFERED);
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.DISABLED);
        assertThat(poller.interval()).isEqualTo(Duration.ofMinutes(5));
        server.work();
        publishes("one");
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.interval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aWrongTokenIsAnError() throws InterruptedException {
        server.fail(TransportException.Kind.UNAUTHENTICATED);
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.ERROR);
    }

    @Test
    void aClockSetForwardByAYearExpiresButRemovesNothing() throws InterruptedException {
        publishes("one");
        world.jump(Duration.ofDays(366));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.EXPIRED);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        world.jump(Duration.ofDays(-366));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
    }

    @Test
    void aClockSetBackByAYearChangesNothing() throws InterruptedException {
        publishes("one");
        world.jump(Duration.ofDays(-366));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
    }

    @Test
    void theLastGoodIsRestoredVerifiedAndAnnouncedAfterARestart() throws Exception {
        publishes("one");
        ConfigPollerStage second = world.poller(server, folder.resolve("root.json"));
        world.announced().clear();
        second.restore();
        assertThat(second.configs()).extracting(PollerTest::text).containsExactly("one");
        assertThat(world.announced()).extracting(ConfigChange::kind).containsExactly(Kind.UPDATED);
        assertThat(second.report().state()).isEqualTo(ConfigState.CONNECTING);
    }

    @Test
    void aDamagedStateFileIsRefusedAndReplaced() throws Exception {
        publishes("one");
        Path file = folder.resolve("state").resolve("state.bin");
        byte[] stored = Files.readAllBytes(file);
        stored[stored.length / 2] ^= 1;
        Files.write(file, stored);
        ConfigPollerStage second = world.poller(server, folder.resolve("root.json"));
        second.restore();
        assertThat(second.configs()).isEmpty();
        assertThat(second.report().storage()).contains("refused");
        assertThat(second.report().storage())
                .contains("rollback protection was lost")
                .contains(file.toString());
        second.poll();
        assertThat(server.lastAsked()
                        .client()
                        .orElseThrow()
                        .state()
                        .orElseThrow()
                        .error())
                .as("the server hears of it")
                .startsWith("rollback protection was lost");
        assertThat(second.report().storage())
                .as("told until the next start")
                .startsWith("in " + file)
                .contains("rollback protection was lost");
        assertThat(second.configs()).extracting(PollerTest::text).containsExactly("one");
    }

    @Test
    void withoutADiskItWorksAndSaysSo() throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("file"), "no folder");
        world.stateFile(inTheWay.resolve("state.bin"));
        poller = world.poller(server, folder.resolve("root.json"));
        poller.restore();
        publishes("one");
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        assertThat(poller.report().storage()).contains("in memory only");
    }

    @Test
    void aWriteThatFailedIsOwedUntilItSucceeds() throws Exception {
        publishes("one");
        Path disk = folder.resolve("state");
        Files.move(disk, folder.resolve("away"));
        Files.writeString(disk, "in the way");
        publishes("two");
        assertThat(poller.report().storage()).contains("in memory only").contains(disk.toString());
        Files.delete(disk);
        Files.move(folder.resolve("away"), disk);
        poller.poll(); // the server has nothing new
        assertThat(poller.report().storage()).isEqualTo("in " + world.stateFile());
        ConfigPollerStage second = world.poller(server, folder.resolve("root.json"));
        second.restore();
        assertThat(second.configs()).extracting(PollerTest::text).containsExactly("two");
    }

    @Test
    void aRootThatAppearsLaterIsWaitedFor() throws Exception {
        Path later = folder.resolve("later.json");
        poller = world.poller(server, later);
        poller.restore();
        server.publish("one", world.instant());
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.CONNECTING);
        assertThat(poller.report().lastError())
                .hasValueSatisfying(error -> assertThat(error).contains("does not exist"));
        Files.write(later, server.root().toArray());
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).hasSize(1);
    }

    @Test
    void anOldAnswerPlayedAgainIsRefused() throws InterruptedException {
        publishes("one");
        List<ConfigResponse> old = new ArrayList<>();
        server.spoil(response -> {
            old.add(response);
            return response;
        });
        publishes("two");
        publishes("three");
        server.spoil(response -> old.get(0));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.ERROR);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("three");
    }

    @ParameterizedTest
    @EnumSource(
            value = TransportException.Kind.class,
            names = {"INVALID_REQUEST", "TOO_LARGE", "OTHER"})
    void aClientWhoseRequestIsRefusedIsToldBetter(TransportException.Kind kind) throws InterruptedException {
        publishes("one");
        server.refuseFull(kind);
        publishes("two");
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("two");
        server.remove(world.instant());
        poller.poll();
        assertThat(poller.configs()).isEmpty();
    }

    @Test
    void aClientThatIsRefusedForAnotherReasonAsksOnce() throws InterruptedException {
        publishes("one");
        int before = server.asked().size();
        server.fail(TransportException.Kind.UNAUTHENTICATED);
        poller.poll();
        assertThat(server.asked()).hasSize(before + 1);
    }

    @Test
    void aRestoredServerIsFollowedOnceItPublishesAndTheErrorNamesTheRemedy() throws InterruptedException {
        FakeServer backup = server.copy();
        publishes("one");
        RemoteConfig one = poller.configs().get(0);
        poller.take(ApplyOutcome.applied("l", one), OptionalLong.of(1));
        backup.publish("other", world.instant());
        server.impersonate(backup); // the same version of another list
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("other");
        poller.take(ApplyOutcome.applied("l", one), OptionalLong.of(1));
        poller.poll();
        assertThat(sentState()).isEqualTo(ApplyState.UNACKNOWLEDGED);

        publishes("newer");
        server.impersonate(backup);
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.ERROR);
        assertThat(poller.report().lastError().orElseThrow())
                .contains("TargetsRolledBack")
                .contains("publish again")
                .contains("karst:config-trust");
    }

    @Test
    void trustIsResetWithTheRootGivenAgain() throws Exception {
        publishes("one");
        FakeServer other = new FakeServer(world.instant());
        other.publish("of another", world.instant());
        server.impersonate(other);
        poller.poll();
        assertThat(poller.report().lastError().orElseThrow())
                .contains("ThresholdNotMet")
                .contains("karst:config-trust");

        Path given = folder.resolve("given.json");
        Files.write(given, other.root().toArray());
        assertThatThrownBy(() -> poller.resetTrust(given))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("copy it to " + folder.resolve("root.json"));
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.ERROR);

        world.root(other);
        assertThat(poller.resetTrust(given)).isEqualTo(1);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("one");
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.READY);
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("of another");
        ConfigPollerStage restarted = world.poller(server, folder.resolve("root.json"));
        restarted.restore();
        assertThat(restarted.configs()).extracting(PollerTest::text).containsExactly("of another");
    }

    @Test
    void aResetOfTrustEndsTheProtectionAgainstOlderListsAlsoOnDisk() throws Exception {
        FakeServer backup = server.copy();
        backup.publish("old", world.instant());
        publishes("one");
        publishes("two");
        server.impersonate(backup);
        poller.poll();
        assertThat(state()).isEqualTo(ConfigState.ERROR);
        poller.resetTrust(folder.resolve("root.json"));
        poller = world.poller(server, folder.resolve("root.json"));
        poller.restore();
        assertThat(poller.configs()).isEmpty();
        poller.poll();
        assertThat(poller.configs()).extracting(PollerTest::text).containsExactly("old");
    }
}
