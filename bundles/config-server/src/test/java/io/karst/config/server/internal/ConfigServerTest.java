// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.OfflineProof;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.settings.InvalidSettingException;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole server over real TLS, asked by the core's client. */
class ConfigServerTest {

    /** TCP_ESTABLISHED in the kernel's include/net/tcp_states.h. */
    private static final String ESTABLISHED = "01";

    private final GrpcWire wire = new GrpcWire();

    @TempDir
    private Path folder;

    /** Usual settings, but for one number. */
    record Fixed(boolean enabled, boolean require_client_certificate, String changed, int number, String root_key)
            implements ServerSettings {

        Fixed(boolean enabled, boolean mutual) {
            this(enabled, mutual, "", 0);
        }

        Fixed(boolean enabled, boolean mutual, String changed, int number) {
            this(enabled, mutual, changed, number, "");
        }

        private int number(String key, int usual) {
            return key.equals(changed) ? number : usual;
        }

        @Override
        public int connection_idle_seconds() {
            return number("connection.idle.seconds", 600);
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return number("port", 0);
        }

        @Override
        public String[] names() {
            return new String[] {"localhost, 127.0.0.1"};
        }

        @Override
        public int credentials_grace_seconds() {
            return number("credentials.grace.seconds", 600);
        }

        @Override
        public int max_request_bytes() {
            return number("max.request.bytes", 1 << 20);
        }

        @Override
        public int client_active_seconds() {
            return number("client.active.seconds", 60);
        }

        @Override
        public int max_clients() {
            return number("max.clients", 100);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return ServerSettings.class;
        }
    }

    private ConfigServer server() throws IOException {
        return new ConfigServer(
                wire, new Fixed(true, true), folder.resolve("server"), Clock.systemUTC(), new SecureRandom());
    }

    private final class Client implements AutoCloseable {

        private final ConfigTransport transport;
        private final RemoteConfigClient client;
        private final ConfigRequest.Client identity =
                ConfigRequest.Client.agent("client", List.of("P"), new AgentDetails("karst", "1", "", "", List.of()));
        private ClientState state;

        Client(ConfigServer server) throws IOException {
            ServerFiles files = server.files();
            transport = wire.connect(new ConnectionSettings(
                    "localhost",
                    server.port(),
                    Optional.of(files.certificate()),
                    Optional.of(files.certificate()),
                    Optional.of(files.token()),
                    Duration.ofSeconds(10),
                    1 << 20));
            client = new RemoteConfigClient(
                    Bytes.of(Files.readAllBytes(files.root())), ClientPolicy.DEFAULT, Clock.systemUTC());
            state = client.start();
        }

        Step.Outcome poll() throws Exception {
            Step step = client.step(state, transport.exchange(client.request(state, identity)));
            state = step.next();
            return step.outcome();
        }

        List<String> contents() {
            return state.configs().values().stream()
                    .map(held -> new String(held.file().content(), StandardCharsets.UTF_8))
                    .toList();
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    private static void publish(ConfigServer server, String content) throws IOException {
        server.store()
                .publish(
                        new Publication(ConfigPath.of("P", "i"), Bytes.utf8(content), Optional.empty(), List.of()),
                        "test");
    }

    @Test
    void publishedRolledBackRotatedAndRemovedChangesReachTheClient() throws Exception {
        try (ConfigServer server = server();
                Client client = new Client(server)) {
            assertThat(client.poll()).isNotInstanceOf(Step.Refused.class);
            publish(server, "one");
            assertThat(client.poll()).isInstanceOf(Step.Updated.class);
            publish(server, "two");
            client.poll();
            assertThat(client.contents()).containsExactly("two");
            server.store().rollback(ConfigPath.of("P", "i"), "test");
            client.poll();
            assertThat(client.contents()).containsExactly("one");
            server.store().rotate(Optional.empty());
            publish(server, "three");
            client.poll();
            assertThat(client.contents()).containsExactly("three");
            assertThat(client.state.rootVersion()).isEqualTo(2);
            server.store().remove(ConfigPath.of("P", "i"));
            client.poll();
            assertThat(client.contents()).isEmpty();
            assertThat(server.clients().all()).hasSize(1);
            assertThat(server.state().activeClients()).hasSize(1);
        }
    }

    @Test
    void everythingSurvivesARestart() throws Exception {
        try (ConfigServer server = server()) {
            publish(server, "one");
            server.store().rotate(Optional.empty());
        }
        try (ConfigServer server = server();
                Client client = new Client(server)) {
            client.poll();
            assertThat(client.contents()).containsExactly("one");
            publish(server, "two");
            client.poll();
            assertThat(client.contents()).containsExactly("two");
        }
    }

    @Test
    void secretsAreForTheirOwnerOnly() throws Exception {
        try (ConfigServer server = server();
                Stream<Path> files = Files.walk(server.files().folder())) {
            assertThat(files.filter(Files::isRegularFile).toList())
                    .hasSize(7)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    /** How far a rotation came when the process was killed. */
    private enum Killed {
        BEFORE_THE_REPOSITORY_WAS_WRITTEN,
        BEFORE_THE_KEYS_TOOK_THEIR_PLACE,
        BETWEEN_THE_TWO_KEYS
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(Killed.class)
    void aRotationThatWasKilledHappenedOrDidNot(Killed when) throws Exception {
        Path keys = folder.resolve("server").resolve("keys");
        Path repository = folder.resolve("server").resolve("repository.bin");
        byte[] first;
        try (ConfigServer server = server()) {
            publish(server, "one");
            first = Files.readAllBytes(server.files().root());
            Files.copy(repository, folder.resolve("repository"));
            Files.copy(keys.resolve("root.key"), folder.resolve("root.key"), COPY_ATTRIBUTES);
            Files.copy(keys.resolve("targets.key"), folder.resolve("targets.key"), COPY_ATTRIBUTES);
            server.store().rotate(Optional.empty());
        }
        // put the files back to where they were at that moment
        Files.move(keys.resolve("targets.key"), keys.resolve("targets.key.rotating"));
        Files.move(folder.resolve("targets.key"), keys.resolve("targets.key"));
        if (when != Killed.BETWEEN_THE_TWO_KEYS) {
            Files.move(keys.resolve("root.key"), keys.resolve("root.key.rotating"));
            Files.move(folder.resolve("root.key"), keys.resolve("root.key"));
        }
        if (when == Killed.BEFORE_THE_REPOSITORY_WAS_WRITTEN) {
            Files.move(folder.resolve("repository"), repository, REPLACE_EXISTING);
        }
        long expected = when == Killed.BEFORE_THE_REPOSITORY_WAS_WRITTEN ? 1 : 2;
        try (ConfigServer server = server();
                Client client = new Client(server)) {
            assertThat(server.store().current().rootVersion()).isEqualTo(expected);
            assertThat(Files.readAllBytes(server.files().root())).isEqualTo(first);
            publish(server, "two");
            server.store().rotate(Optional.empty());
            client.poll();
            assertThat(client.contents()).containsExactly("two");
            assertThat(client.state.rootVersion()).isEqualTo(expected + 1);
            try (Stream<Path> left = Files.list(keys)) {
                assertThat(left).hasSize(2);
            }
        }
    }

    @Test
    void keysAndTokensThatOthersCanReadAreRefusedWithTheRemedy() throws Exception {
        server().close();
        try (Stream<Path> files = Files.walk(folder.resolve("server"))) {
            List<String> secrets = List.of("targets.key", "auth_token", "ipc_cert.pem");
            for (Path file : files.filter(
                            path -> secrets.contains(path.getFileName().toString()))
                    .toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
                assertThatThrownBy(this::server)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("chmod 600");
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
        try (ConfigServer server = server()) {
            Files.setPosixFilePermissions(server.files().rootKey(), PosixFilePermissions.fromString("rw----r--"));
            assertThatThrownBy(() -> server.store().rotate(Optional.empty())).hasMessageContaining("chmod 600");
        }
    }

    @Test
    void switchedOffItAnswersThatItIs() throws Exception {
        try (ConfigServer server = new ConfigServer(
                        wire, new Fixed(false, true), folder.resolve("server"), Clock.systemUTC(), new SecureRandom());
                Client client = new Client(server)) {
            TransportException e = catchThrowableOfType(TransportException.class, client::poll);
            assertThat(e.kind()).isEqualTo(TransportException.Kind.NOT_OFFERED);
            assertThat(server.clients().all()).isEmpty();
        }
    }

    @Test
    void anIdleConnectionIsClosedAndMadeAgainWithTheNextQuestion() throws Exception {
        try (ConfigServer server = new ConfigServer(
                        wire,
                        new Fixed(true, true, "connection.idle.seconds", 1),
                        folder.resolve("server"),
                        Clock.systemUTC(),
                        new SecureRandom());
                Client client = new Client(server)) {
            publish(server, "one");
            client.poll();
            assertThat(establishedOn(server.port())).isPositive();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (establishedOn(server.port()) > 0 && System.nanoTime() < deadline) {
                Thread.sleep(50);
            }
            assertThat(establishedOn(server.port())).isZero();
            publish(server, "two");
            client.poll();
            assertThat(client.contents()).containsExactly("two");
        }
    }

    /** TCP connections of a server's port, as proc(5) lists them: local address in the second column, state in the fourth. */
    private static long establishedOn(int port) throws IOException {
        String local = String.format(Locale.ROOT, ":%04X", port);
        long count = 0;
        for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
            count += Files.readAllLines(table).stream()
                    .map(line -> line.strip().split("\\s+", -1))
                    .filter(columns -> columns[1].endsWith(local) && columns[3].equals(ESTABLISHED))
                    .count();
        }
        return count;
    }

    @ParameterizedTest
    @CsvSource({
        "port, -1, 0..65535",
        "port, 65536, 0..65535",
        "credentials.grace.seconds, -1, 0..604800",
        "max.request.bytes, 1023, 1024..2147483647",
        "connection.idle.seconds, 0, 1..2147483647",
        "client.active.seconds, 0, 1..2147483647",
        "max.clients, 0, 1..2147483647"
    })
    void aNumberOutOfItsRangeIsRefusedByTheNameOfTheSetting(String key, int value, String range) {
        Path files = folder.resolve("server");
        assertThatThrownBy(() -> new ConfigServer(
                        wire, new Fixed(true, true, key, value), files, Clock.systemUTC(), new SecureRandom()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(key + "=" + value + " is outside " + range);
        assertThat(files).as("nothing is made").doesNotExist();
    }

    @Test
    void aDiskThatCannotBeWrittenIsTriedOnceAMinuteAndServesOn() throws Exception {
        TurningClock clock = new TurningClock(Instant.now());
        Path files = folder.resolve("server");
        try (ConfigServer server = new ConfigServer(wire, new Fixed(true, true), files, clock, new SecureRandom())) {
            publish(server, "one");
            clock.pass(Duration.ofDays(25));
            Files.move(files, folder.resolve("away"));
            Files.writeString(files, "in the way");
            assertThatThrownBy(() -> server.store().renewIfDue()).isInstanceOf(IOException.class);
            server.store().renewIfDue(); // not yet again
            clock.pass(Duration.ofMinutes(1));
            assertThatThrownBy(() -> server.store().renewIfDue()).isInstanceOf(IOException.class);
            Files.delete(files);
            Files.move(folder.resolve("away"), files);
            clock.pass(Duration.ofMinutes(1));
            long before = server.store().current().targetsVersion();
            server.store().renewIfDue();
            server.store().renewIfDue();
            assertThat(server.store().current().targetsVersion()).isEqualTo(before + 1);
        }
    }

    static final class TurningClock extends Clock {

        private Instant now;

        TurningClock(Instant now) {
            this.now = now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @Test
    void withoutTheRootKeyItPublishesButDoesNotRotate() throws Exception {
        try (ConfigServer server = server()) {
            Files.move(server.files().rootKey(), folder.resolve("safe"));
            publish(server, "one");
            assertThatThrownBy(() -> server.store().rotate(Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("root key");
        }
    }

    @Test
    void anExportVerifiesOffline() throws Exception {
        try (ConfigServer server = server()) {
            publish(server, "one");
            server.store().rotate(Optional.empty());
            OfflineProof proof = OfflineProof.verify(
                    server.store().current().export(),
                    Bytes.of(Files.readAllBytes(server.files().root())),
                    Clock.systemUTC());
            assertThat(proof.configs()).hasSize(1);
            assertThat(proof.rootVersion()).isEqualTo(2);
        }
    }

    @Test
    void anOutcomeOfOtherContentUnderTheSameVersionDoesNotCount() throws Exception {
        try (ConfigServer server = server();
                Client client = new Client(server)) {
            publish(server, "one");
            client.poll();
            ConfigRequest told = client.client.request(
                    client.client.report(
                            client.state,
                            client.state.configs().values().stream()
                                    .map(held -> new AppliedConfig(held.file(), ApplyState.ACKNOWLEDGED, ""))
                                    .toList()),
                    client.identity);
            server.answer(told);
            assertThat(reports(server)).extracting(Report::applyState).containsExactly(ApplyState.ACKNOWLEDGED);
            CachedFile held = told.cachedFiles().get(0);
            server.answer(new ConfigRequest(
                    told.client(),
                    List.of(new CachedFile(
                            held.path(), held.length(), List.of(new FileHash("sha256", "0".repeat(64)))))));
            assertThat(reports(server)).singleElement().satisfies(report -> {
                assertThat(report.applyState()).isEqualTo(ApplyState.UNACKNOWLEDGED);
                assertThat(report.applyError()).contains("other content").contains("0000");
            });
        }
    }

    private static List<Report> reports(ConfigServer server) {
        return server.clients()
                .all()
                .get(0)
                .client()
                .shown()
                .state()
                .orElseThrow()
                .configStates();
    }

    @Test
    void aServerThatIsRestoredFromABackupSaysSoAndItsClientsFollow() throws Exception {
        Path files = folder.resolve("server");
        Path backup = folder.resolve("repository.bin");
        try (ConfigServer server = server()) {
            Files.copy(files.resolve("repository.bin"), backup);
            try (Client client = new Client(server)) {
                publish(server, "one");
                publish(server, "two");
                client.poll();
                server.close();
                Files.copy(backup, files.resolve("repository.bin"), REPLACE_EXISTING);
                try (ConfigServer restored = server();
                        Client again = new Client(restored)) {
                    again.state = client.state;
                    publish(restored, "other");
                    assertThat(again.poll()).isInstanceOf(Step.Updated.class);
                    assertThat(again.contents()).containsExactly("other");
                    assertThat(restored.store().current().targetsVersion()).isEqualTo(4);
                    assertThat(restored.clients().all().get(0).ahead())
                            .contains("holds targets version 3, the server has 2");
                    again.poll();
                    assertThat(restored.clients().all().get(0).ahead()).isEmpty();
                }
            }
        }
    }

    @Test
    void clientsThatClaimToBeAheadMakeItSignAgainOnceAMinute() throws Exception {
        TurningClock clock = new TurningClock(Instant.now());
        try (ConfigServer server =
                new ConfigServer(wire, new Fixed(true, true), folder.resolve("server"), clock, new SecureRandom())) {
            long before = server.store().current().targetsVersion();
            claim(server, Long.MAX_VALUE);
            assertThat(server.store().current().targetsVersion()).isEqualTo(before);
            clock.pass(Duration.ofMinutes(1));
            for (int i = 0; i < 10; i++) {
                claim(server, server.store().current().targetsVersion() + 10);
            }
            assertThat(server.store().current().targetsVersion()).isEqualTo(before + 11);
        }
    }

    private static void claim(ConfigServer server, long version) {
        State state = new State(1, version, List.of(), false, "", Bytes.EMPTY);
        ConfigRequest.Client client = ConfigRequest.Client.agent(
                        "liar", List.of(), new AgentDetails("", "", "", "", List.of()))
                .with(state);
        server.answer(new ConfigRequest(Optional.of(client), List.of()));
    }

    @Test
    void aClientWhoseRequestIsTooLargeForTheServerIsToldSoThatItAsksWithLess() throws Exception {
        try (ConfigServer server = new ConfigServer(
                        wire,
                        new Fixed(true, true, "max.request.bytes", 2048),
                        folder.resolve("server"),
                        Clock.systemUTC(),
                        new SecureRandom());
                Client client = new Client(server)) {
            client.poll();
            ConfigRequest.Client large = ConfigRequest.Client.agent(
                    "x".repeat(100), Collections.nCopies(3000, "P"), new AgentDetails("", "", "", "", List.of()));
            ConfigRequest.Client many = new ConfigRequest.Client(
                    large.state(),
                    large.id(),
                    Collections.nCopies(3000, "P"),
                    false,
                    Optional.empty(),
                    true,
                    large.agent(),
                    false,
                    Optional.empty(),
                    0,
                    Bytes.EMPTY);
            ConfigRequest request = client.client.request(client.state, many);
            TransportException e =
                    catchThrowableOfType(TransportException.class, () -> client.transport.exchange(request));
            assertThat(e.kind().mayBeTheRequest()).as(e.getMessage()).isTrue();
            client.transport.exchange(client.client.bareRequest(client.state, client.identity));
        }
    }

    @Test
    void whatWouldMakeRequestsTooLargeIsNotPublished() throws Exception {
        try (ConfigServer server = new ConfigServer(
                wire,
                new Fixed(true, true, "max.request.bytes", 5000),
                folder.resolve("server"),
                Clock.systemUTC(),
                new SecureRandom())) {
            publish(server, "one");
            assertThatThrownBy(() -> server.store()
                            .publish(
                                    new Publication(
                                            ConfigPath.of("P", "i".repeat(255)),
                                            Bytes.utf8("x"),
                                            Optional.empty(),
                                            List.of()),
                                    "test"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("5000 is the limit");
            assertThat(server.store().current().configs()).hasSize(1);
        }
    }
}
