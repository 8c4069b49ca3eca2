// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ConfigState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of the table of attacks and faults over real gRPC and TLS, with a real repository at one end and the poller with its disk at
 * the other. After each, the last good configuration is in force and the state says what is wrong.
 */
class ChannelAttackTest {

    private static final ConfigPath OF_ORG_2 = ConfigPath.parse("datadog/2/P/i/config");

    @TempDir
    private Path folder;

    private Channel channel;
    private FakeServer server;

    @BeforeEach
    void begin() throws Exception {
        channel = new Channel(folder);
        server = channel.server();
        channel.publish("good");
        poll();
        assertThat(channel.report().state()).isEqualTo(ConfigState.READY);
    }

    @AfterEach
    void end() throws IOException {
        channel.close();
    }

    private void poll() throws InterruptedException {
        channel.poller().poll();
    }

    /** One poll that must change nothing, and what it said. */
    private String refused(ConfigState state) throws InterruptedException {
        poll();
        assertThat(channel.inForce()).containsExactly("good");
        assertThat(channel.report().state()).isEqualTo(state);
        return channel.report().lastError().orElseThrow();
    }

    private void recovers(String content) throws InterruptedException {
        server.work();
        channel.publish(content);
        poll();
        assertThat(channel.report().state()).isEqualTo(ConfigState.READY);
        assertThat(channel.inForce()).containsExactly(content);
    }

    private static ConfigResponse withFiles(ConfigResponse response, String content) {
        return new ConfigResponse(
                response.roots(),
                response.targets(),
                response.targetFiles().stream()
                        .map(file -> new TargetFile(file.path(), Bytes.utf8(content)))
                        .toList(),
                response.clientConfigs(),
                response.status());
    }

    private static ConfigResponse withTargets(ConfigResponse response, Bytes targets) {
        return new ConfigResponse(
                response.roots(), targets, response.targetFiles(), response.clientConfigs(), response.status());
    }

    @Test
    void row1ArbitrarySoftware() throws Exception {
        server.spoil(response -> withFiles(response, "evil"));
        channel.publish("next");
        assertThat(refused(ConfigState.ERROR)).contains("HashMismatch");
        recovers("better");
    }

    @Test
    void row2UnknownSigningKey() throws Exception {
        FakeServer stranger = new FakeServer(channel.world().instant());
        stranger.publish("evil", channel.world().instant());
        stranger.publish("evil too", channel.world().instant());
        server.impersonate(stranger);
        assertThat(refused(ConfigState.ERROR)).contains("ThresholdNotMet");
    }

    @Test
    void row3TamperedSignature() throws Exception {
        channel.publish("next");
        server.spoil(response ->
                withTargets(response, Bytes.utf8(response.targets().toUtf8().replace("\"sig\":\"", "\"sig\":\"00"))));
        assertThat(refused(ConfigState.ERROR)).contains("ThresholdNotMet");
        recovers("better");
    }

    @Test
    void row9TargetsRollback() throws Exception {
        List<ConfigResponse> seen = new ArrayList<>();
        server.spoil(response -> {
            seen.add(response);
            return response;
        });
        channel.publish("older");
        poll();
        channel.publish("good");
        poll();
        server.spoil(response -> seen.get(0));
        channel.publish("newest");
        assertThat(refused(ConfigState.ERROR)).contains("TargetsRolledBack");
        channel.connect(channel.certificate(), channel.token()); // a restart does not help the attacker
        assertThat(refused(ConfigState.ERROR)).contains("TargetsRolledBack");
        recovers("better");
    }

    @Test
    void row11Freeze() throws Exception {
        List<ConfigResponse> seen = new ArrayList<>();
        server.spoil(response -> {
            seen.add(response);
            return response;
        });
        channel.publish("frozen");
        poll();
        channel.publish("good");
        poll();
        channel.world().pass(Duration.ofDays(31));
        server.spoil(response -> seen.get(1));
        assertThat(refused(ConfigState.EXPIRED)).contains("xpired");
        server.work();
        server.renew(channel.world().instant());
        poll();
        assertThat(channel.report().state()).isEqualTo(ConfigState.READY);
    }

    @Test
    void row12EndlessData() throws Exception {
        server.spoil(response -> withFiles(response, "x".repeat(3 << 20)));
        channel.publish("next");
        assertThat(refused(ConfigState.ERROR)).contains("TOO_LARGE");
        recovers("better");
    }

    @Test
    void row13MixAndMatch() throws Exception {
        List<ConfigResponse> seen = new ArrayList<>();
        server.spoil(response -> {
            seen.add(response);
            return response;
        });
        channel.publish("older one");
        poll();
        channel.publish("good");
        poll();
        // the newest list with the files of an older one: each is signed, together they never were
        server.spoil(response -> new ConfigResponse(
                response.roots(),
                response.targets(),
                seen.get(0).targetFiles(),
                response.clientConfigs(),
                response.status()));
        channel.publish("newer one");
        assertThat(refused(ConfigState.ERROR)).contains("HashMismatch");
        recovers("better");
    }

    @Test
    void row17SlowRetrieval() throws Exception {
        channel.line().mode(Line.Mode.TRICKLE);
        channel.deadline(Duration.ofSeconds(1));
        channel.connect(channel.certificate(), channel.token());
        channel.publish("next");
        long begun = System.nanoTime();
        assertThat(refused(ConfigState.CONNECTING)).contains("TIMED_OUT");
        assertThat(refused(ConfigState.CONNECTING)).contains("TIMED_OUT");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
        assertThat(channel.poller().interval()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(4));
        channel.line().mode(Line.Mode.PASS);
        channel.deadline(Duration.ofSeconds(20));
        channel.connect(channel.certificate(), channel.token());
        recovers("better");
    }

    /** Who connects how: nothing is given away, nobody is let in. */
    static Stream<Arguments> row18() {
        return Stream.of(
                Arguments.of("wrong token", true, Optional.of("f".repeat(64)), Optional.of(true), ConfigState.ERROR),
                Arguments.of("no token", true, Optional.empty(), Optional.of(true), ConfigState.ERROR),
                Arguments.of(
                        "foreign client certificate",
                        true,
                        Optional.of(Channel.TOKEN),
                        Optional.of(false),
                        ConfigState.CONNECTING),
                Arguments.of(
                        "no client certificate",
                        true,
                        Optional.of(Channel.TOKEN),
                        Optional.empty(),
                        ConfigState.CONNECTING),
                Arguments.of(
                        "foreign server certificate",
                        false,
                        Optional.of(Channel.TOKEN),
                        Optional.of(true),
                        ConfigState.CONNECTING));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("row18")
    void row18DropAndEavesdrop(
            String name, boolean rightServer, Optional<String> token, Optional<Boolean> ours, ConfigState expected)
            throws Exception {
        Path foreign = channel.certificate("foreign.pem", "localhost");
        Optional<Path> shown = ours.map(right -> right ? channel.certificate() : foreign);
        Optional<Path> held = Optional.empty();
        if (token.isPresent()) {
            held = Optional.of(channel.secret("token", token.get()));
        }
        channel.stopServer();
        channel.startServer(rightServer ? channel.certificate() : foreign);
        channel.connect(shown, held);
        server.asked().clear();
        channel.publish("next");
        String why = refused(expected);
        assertThat(server.asked()).as(name).isEmpty();
        assertThat(why).doesNotContain(Channel.TOKEN).doesNotContain("ffff");
        assertThat(channel.line().overheard())
                .doesNotContain(Channel.TOKEN)
                .doesNotContain("good")
                .doesNotContain("datadog.api");
        channel.stopServer();
        channel.startServer(channel.certificate());
        channel.connect(channel.certificate(), channel.token());
        recovers("better");
    }

    @Test
    void row18AServerForAnotherHost() throws Exception {
        channel.stopServer();
        channel.startServer(channel.certificate("ipc_cert.pem", "elsewhere.example")); // the client trusts it, too
        channel.connect(channel.certificate(), channel.token());
        server.asked().clear();
        assertThat(refused(ConfigState.CONNECTING)).contains("localhost");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void row19AConfigurationThatIsNotListed() throws Exception {
        channel.publish("next");
        server.spoil(response -> new ConfigResponse(
                response.roots(),
                response.targets(),
                response.targetFiles(),
                List.of("employee/P/i/config", "employee/P/unlisted/config"),
                response.status()));
        assertThat(refused(ConfigState.ERROR)).contains("NotInTargets").contains("employee/P/unlisted/config");
        long before = channel.report().targetsVersion();
        poll();
        assertThat(server.lastAsked()
                        .client()
                        .orElseThrow()
                        .state()
                        .orElseThrow()
                        .targetsVersion())
                .isEqualTo(before);
        recovers("better");
    }

    @Test
    void row22AnotherOrganisation() throws Exception {
        server.impersonate(server.sibling("org-a", channel.world().instant()));
        for (int i = 0; i < 3; i++) {
            channel.publish("good");
            server.renew(channel.world().instant());
        }
        poll();
        FakeServer other = server.sibling("org-b", channel.world().instant());
        for (int i = 0; i < 9; i++) {
            other.publish("theirs " + i, channel.world().instant());
        }
        server.impersonate(other);
        assertThat(refused(ConfigState.ERROR))
                .contains("WrongOrganisation")
                .contains("org-a")
                .contains("org-b");
        channel.connect(channel.certificate(), channel.token()); // remembered across a restart
        assertThat(refused(ConfigState.ERROR)).contains("WrongOrganisation");
    }

    @Test
    void row22APathOfAnotherOrganisation() throws Exception {
        channel.world().organisation(new Organisation(Optional.empty(), OptionalLong.of(3)));
        channel.connect(channel.certificate(), channel.token());
        server.publish(OF_ORG_2, "theirs", channel.world().instant());
        assertThat(refused(ConfigState.ERROR)).contains("ForeignPath").contains(OF_ORG_2.text());
    }

    @Test
    void row25AServerThatRestarts() throws Exception {
        channel.stopServer();
        refused(ConfigState.READY);
        channel.world().pass(Duration.ofSeconds(61));
        assertThat(refused(ConfigState.STALE)).contains("UNREACHABLE");
        channel.startServer(channel.certificate());
        recovers("better");
    }

    @Test
    void row25SwitchedOffAndOnAgain() throws Exception {
        server.switchOff();
        assertThat(refused(ConfigState.DISABLED)).contains("NOT_OFFERED");
        assertThat(channel.poller().interval()).isEqualTo(Duration.ofMinutes(5));
        recovers("better");
        assertThat(channel.poller().interval()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void row25AClockThatJumpsAYear() throws Exception {
        channel.world().jump(Duration.ofDays(366));
        assertThat(refused(ConfigState.EXPIRED)).contains("expired");
        channel.world().jump(Duration.ofDays(-2 * 366));
        poll();
        assertThat(channel.report().state()).isEqualTo(ConfigState.READY);
        channel.world().jump(Duration.ofDays(366));
        recovers("better");
    }

    @Test
    void rubbishAndACutLine() throws Exception {
        for (Line.Mode mode : List.of(Line.Mode.RUBBISH, Line.Mode.CUT)) {
            channel.line().mode(mode);
            poll(); // notices that the connection of before is gone
            assertThat(refused(ConfigState.READY)).contains("UNREACHABLE").hasSizeLessThan(600);
            channel.line().mode(Line.Mode.PASS);
            poll();
            assertThat(channel.report().state()).isEqualTo(ConfigState.READY);
        }
    }

    @Test
    void tenMinutesOfFailuresAreElevenLinesOfLogWithoutSecrets() throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            channel.connect(channel.certificate(), channel.secret("wrong", "f".repeat(64)));
            for (int i = 0; i <= 120; i++) {
                poll();
                channel.world().pass(Duration.ofSeconds(5));
            }
        } finally {
            System.setErr(before);
        }
        String text = log.toString(StandardCharsets.UTF_8);
        assertThat(text.lines().filter(line -> line.contains("the last good one stays in force")))
                .hasSize(11);
        assertThat(text)
                .contains("kept quiet before: 11")
                .doesNotContain("ffff")
                .doesNotContain(Channel.TOKEN);
    }
}
