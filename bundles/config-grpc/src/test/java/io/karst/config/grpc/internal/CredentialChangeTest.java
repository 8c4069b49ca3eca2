// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.Endpoint;
import io.karst.remoteconfig.wire.TransportException;
import io.karst.remoteconfig.wire.TransportException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials that change, end, or are no credentials, over real TLS. */
class CredentialChangeTest {

    private static final String SECOND_TOKEN = "ab".repeat(32);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final GrpcWire wire = new GrpcWire();

    @TempDir
    private Path folder;

    private Secrets secrets;

    @BeforeEach
    void secrets() {
        secrets = new Secrets(folder);
    }

    private static void exchange(ConfigTransport client) throws Exception {
        assertThat(client.exchange(Requests.full())).isEqualTo(Requests.response());
    }

    private Optional<Kind> attempt(ConnectionSettings settings) throws InterruptedException {
        try (ConfigTransport client = wire.connect(settings)) {
            client.exchange(Requests.full());
            return Optional.empty();
        } catch (TransportException e) {
            return Optional.of(e.kind());
        }
    }

    /** Asks with a connection of its own each time. */
    private void await(ConnectionSettings settings, Optional<Kind> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<Kind> last = attempt(settings);
        while (!last.equals(wanted) && System.nanoTime() < deadline) {
            Thread.sleep(50);
            last = attempt(settings);
        }
        assertThat(last).isEqualTo(wanted);
    }

    private Path copy(Path file, String name) throws IOException {
        return Files.copy(file, folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void aNewTokenCountsAtOnceAndTheFormerForItsGraceTime() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full());
                ConfigTransport follower = wire.connect(secrets.client(server.port()))) {
            exchange(follower);
            Path former = copy(secrets.token(), "former");
            Path next = secrets.write("next", SECOND_TOKEN);
            ConnectionSettings withFormer = secrets.client(server.port(), secrets.local(), former);
            ConnectionSettings withNext = secrets.client(server.port(), secrets.local(), next);
            assertThat(attempt(withNext)).contains(Kind.UNAUTHENTICATED);

            secrets.write("auth_token", SECOND_TOKEN);
            await(withNext, Optional.empty());
            assertThat(attempt(withFormer)).isEmpty();
            exchange(follower); // on its connection, which stays
            await(withFormer, Optional.of(Kind.UNAUTHENTICATED));
            assertThat(attempt(withNext)).isEmpty();
            exchange(follower);
        }
    }

    @Test
    void aNewCertificateCountsWithoutClosingThePort() throws Exception {
        secrets.local();
        Path formerIdentity = copy(secrets.local(), "former.pem");
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full());
                ConfigTransport follower = wire.connect(secrets.client(server.port()))) {
            exchange(follower);
            int port = server.port();
            secrets.certificate("ipc_cert.pem", "localhost", "127.0.0.1"); // another key
            await(secrets.client(port), Optional.empty());
            ConnectionSettings withFormerIdentity = secrets.client(port, formerIdentity, secrets.token());
            assertThat(attempt(withFormerIdentity)).as("within the grace time").isEmpty();
            exchange(follower); // on its connection, which stays
            await(withFormerIdentity, Optional.of(Kind.UNREACHABLE));
            assertThat(attempt(secrets.client(port))).isEmpty();
            exchange(follower);
            assertThat(server.port()).isEqualTo(port);
        }
    }

    @Test
    void aFileThatCannotBeUsedLeavesTheFormerInForce() throws Exception {
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full())) {
            Path former = copy(secrets.token(), "former");
            ConnectionSettings client = secrets.client(server.port(), secrets.local(), former);
            secrets.write("auth_token", "half");
            Files.setPosixFilePermissions(secrets.local(), PosixFilePermissions.fromString("rw-r--r--"));
            Path identity = copy(secrets.local(), "identity.pem");
            Files.setPosixFilePermissions(identity, PosixFilePermissions.fromString("rw-------"));
            ConnectionSettings patient = secrets.client(server.port(), identity, former);
            Thread.sleep(Secrets.GRACE.toMillis() + 500);
            assertThat(attempt(patient)).isEmpty();
            secrets.write("auth_token", SECOND_TOKEN);
            await(secrets.client(server.port(), identity, secrets.token()), Optional.empty());
            assertThat(attempt(client)).isNotEmpty(); // its own identity is open to others
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "secret",
                "0123456789abcdef",
                "zz23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
            })
    void aTokenThatIsNot64HexadecimalDigitsIsRefusedAtBothEnds(String text) throws Exception {
        Path file = secrets.write("short", text);
        TransportException e = catchThrowableOfType(
                TransportException.class,
                () -> wire.connect(secrets.client(1, secrets.local(), file)).exchange(Requests.full()));
        assertThat(e.kind()).isEqualTo(Kind.CREDENTIALS);
        assertThat(e).hasMessageContaining(file.toString()).hasMessageContaining("64 hexadecimal digits");
        secrets.write("auth_token", text);
        assertThatThrownBy(() -> wire.serve(secrets.endpoint(0), FakeBackend.full()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("auth_token")
                .hasMessageContaining("64 hexadecimal digits");
    }

    private Path dated(String file, Instant from, Instant until) throws IOException {
        // made with a day of difference between clocks
        Instant made = from.plus(Duration.ofDays(1));
        return secrets.write(
                file, SelfSigned.pem(file, List.of("localhost", "127.0.0.1"), made, Duration.between(made, until)));
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "2019-01-01T00:00:00Z, 2021-01-01T00:00:00Z, ended at 2021-01-01T00:00:00Z",
        "2130-01-01T00:00:00Z, 2131-01-01T00:00:00Z, valid only from 2130-01-01T00:00:00Z on"
    })
    void aCertificateOutsideItsDatesIsRefusedByBothEndsWithFileAndDate(Instant from, Instant until, String said)
            throws Exception {
        Path outside = dated("outside.pem", from, until);
        assertThatThrownBy(() -> wire.serve(secrets.endpoint(0, outside), FakeBackend.full()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(outside.toString())
                .hasMessageContaining(said);
        TransportException shown = catchThrowableOfType(
                TransportException.class,
                () -> wire.connect(secrets.client(1, outside, secrets.token())).exchange(Requests.full()));
        assertThat(shown).hasMessageContaining(outside.toString()).hasMessageContaining(said);
        TransportException pinned = catchThrowableOfType(
                TransportException.class,
                () -> wire.connect(new ConnectionSettings(
                                "localhost",
                                1,
                                Optional.of(outside),
                                Optional.of(secrets.local()),
                                Optional.of(secrets.token()),
                                PATIENCE,
                                1 << 20))
                        .exchange(Requests.full()));
        assertThat(pinned.kind()).isEqualTo(Kind.CREDENTIALS);
        assertThat(pinned).hasMessageContaining(outside.toString()).hasMessageContaining(said);
    }

    @Test
    void aPinnedCertificateThatEndsWhileInUseIsRefusedFromThenOnInBothDirections() throws Exception {
        TurningClock clock = new TurningClock();
        PinnedTrust trust = Tls.trust(secrets.local(), Duration.ZERO, clock);
        X509Certificate[] chain = Tls.parse(secrets.local(), Files.readString(secrets.local()))
                .certificates()
                .toArray(X509Certificate[]::new);
        trust.checkServerTrusted(chain, "ECDHE_ECDSA");
        trust.checkClientTrusted(chain, "EC");
        clock.set(chain[0].getNotAfter().toInstant().plusSeconds(1));
        String said = "ended at " + chain[0].getNotAfter().toInstant();
        assertThatThrownBy(() -> trust.checkServerTrusted(chain, "ECDHE_ECDSA"))
                .isInstanceOf(CertificateExpiredException.class)
                .hasMessageContaining(said);
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC"))
                .isInstanceOf(CertificateExpiredException.class)
                .hasMessageContaining(said);
        clock.set(chain[0].getNotBefore().toInstant().minusSeconds(1));
        assertThatThrownBy(() -> trust.checkClientTrusted(chain, "EC"))
                .isInstanceOf(CertificateNotYetValidException.class);
    }

    private static final class TurningClock extends Clock {

        private Instant now = Instant.now();

        void set(Instant time) {
            now = time;
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
    void aRenewedCertificateIsTrustedByWhoeverPinnedTheFormer() throws Exception {
        Path former = copy(secrets.local(), "pinned.pem");
        String renewed =
                wire.renewed(secrets.local(), List.of("localhost", "127.0.0.1"), Instant.now(), Duration.ofDays(9));
        assertThat(renewed).isNotEqualTo(Files.readString(former));
        secrets.write("ipc_cert.pem", renewed);
        try (Endpoint server = wire.serve(secrets.endpoint(0), FakeBackend.full())) {
            ConnectionSettings client = new ConnectionSettings(
                    "localhost",
                    server.port(),
                    Optional.of(former),
                    Optional.of(former),
                    Optional.of(secrets.token()),
                    PATIENCE,
                    1 << 20);
            assertThat(attempt(client)).isEmpty();
        }
    }
}
