// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import io.karst.config.grpc.internal.GrpcWire;
import io.karst.config.server.internal.ConfigServerTest.Fixed;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.wire.ConfigTransport;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients with credentials of their own, and where the root key is kept. */
class ClientCredentialsTest {

    private static final String PASSPHRASE = "correct horse battery staple";

    private final GrpcWire wire = new GrpcWire();

    @TempDir
    private Path folder;

    private ConfigServer server(String rootKey) throws IOException {
        return new ConfigServer(
                wire,
                new Fixed(true, true, "", 0, rootKey),
                folder.resolve("server"),
                Clock.systemUTC(),
                new SecureRandom());
    }

    private ConfigServer server() throws IOException {
        return server("");
    }

    /** What a client with a folder of files holds after it asked once. */
    private List<String> ask(ConfigServer server, Path files, String claimed) throws Exception {
        RemoteConfigClient client = new RemoteConfigClient(
                Bytes.of(Files.readAllBytes(files.resolve("root.json"))), ClientPolicy.DEFAULT, Clock.systemUTC());
        try (ConfigTransport transport = wire.connect(new ConnectionSettings(
                "localhost",
                server.port(),
                Optional.of(files.resolve("trust.pem")),
                Optional.of(files.resolve("client.pem")),
                Optional.of(files.resolve("auth_token")),
                Duration.ofSeconds(10),
                1 << 20))) {
            ClientState state = client.start();
            ConfigRequest.Client who = ConfigRequest.Client.agent(
                    claimed, List.of("P"), new AgentDetails(claimed, "1", "", "", List.of()));
            return client.step(state, transport.exchange(client.request(state, who))).next().configs().values().stream()
                    .map(held -> new String(held.file().content(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private static void publishFor(ConfigServer server, String client, String content) throws IOException {
        publish(server, client, "clientID=" + client, content);
    }

    private static void publish(ConfigServer server, String id, String predicate, String content) throws IOException {
        server.store()
                .publish(
                        new Publication(
                                ConfigPath.of("P", "for-" + id),
                                Bytes.utf8(content),
                                Optional.empty(),
                                List.of(ConfigPublishCommand.predicate(predicate))),
                        "test");
    }

    @Test
    void scriptsHearWhichFilesWereWritten() throws Exception {
        try (ConfigServer server = server()) {
            Path files = folder.resolve("alice");
            ConfigClientCommand.Change added = new ConfigClientCommand.Change(
                    "CLIENT_ADDED", "alice", server.credentials().add("alice", files));
            assertThat(ConfigClientCommand.CHANGE.json(added).getAsJsonArray("files"))
                    .extracting(JsonElement::getAsString)
                    .contains(files.resolve("auth_token").toString())
                    .hasSize(4);
        }
    }

    @Test
    void aClientGetsWhatIsForItsNameAndNotForOneThatItOnlyClaims() throws Exception {
        try (ConfigServer server = server()) {
            Path alice = folder.resolve("alice");
            server.credentials().add("alice", alice);
            server.credentials().add("bob", folder.resolve("bob"));
            publish(server, "alice", "name=alice", "alice's");
            publish(server, "bob", "name=bob", "bob's");
            assertThat(ask(server, alice, "bob")).containsExactly("alice's");
        }
    }

    @Test
    void aClientGetsItsOwnFilesAndNotThoseOfAnotherByAskingWithItsId() throws Exception {
        try (ConfigServer server = server()) {
            Path alice = folder.resolve("alice");
            Path bob = folder.resolve("bob");
            server.credentials().add("alice", alice);
            server.credentials().add("bob", bob);
            publishFor(server, "alice", "alice's");
            publishFor(server, "bob", "bob's");
            assertThat(ask(server, alice, "alice")).containsExactly("alice's");
            assertThat(ask(server, alice, "bob")).containsExactly("alice's");
            assertThat(ask(server, bob, "alice")).containsExactly("bob's");
            assertThat(server.clients().all())
                    .extracting(seen -> seen.client().shown().id())
                    .containsExactlyInAnyOrder("alice", "bob");
        }
    }

    @Test
    void whatGoesToAClientHoldsNoKeyOfTheServerAndTheServerKeepsNoneOfTheClients() throws Exception {
        try (ConfigServer server = server()) {
            Path alice = folder.resolve("alice");
            server.credentials().add("alice", alice);
            String own = Files.readString(server.files().certificate());
            String key = own.substring(own.indexOf("-----BEGIN PRIVATE KEY"));
            String token = Files.readString(alice.resolve("auth_token"));
            try (Stream<Path> files = Files.list(alice)) {
                assertThat(files.toList()).hasSize(4).allSatisfy(file -> {
                    assertThat(file).content().doesNotContain(key.strip());
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------");
                });
            }
            assertThat(alice.resolve("trust.pem")).content().doesNotContain("PRIVATE");
            assertThat(token).isNotEqualTo(Files.readString(server.files().token()));
            try (Stream<Path> files = Files.walk(server.files().folder())) {
                assertThat(files.filter(Files::isRegularFile).toList())
                        .allSatisfy(
                                file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                                        .doesNotContain(token));
            }
        }
    }

    @Test
    void aClientThatWasRemovedIsRefusedAtOnce() throws Exception {
        try (ConfigServer server = server()) {
            Path alice = folder.resolve("alice");
            server.credentials().add("alice", alice);
            assertThat(server.credentials().names()).containsExactly("alice");
            assertThat(ask(server, alice, "alice")).isEmpty();
            assertThatThrownBy(() -> server.credentials().add("alice", folder.resolve("again")))
                    .hasMessageContaining("client alice has credentials");
            server.credentials().remove("alice");
            assertThat(catchThrowableOfType(TransportException.class, () -> ask(server, alice, "alice"))
                            .kind())
                    .isEqualTo(TransportException.Kind.UNAUTHENTICATED);
            assertThatThrownBy(() -> server.credentials().remove("alice")).hasMessageContaining("no credentials");
        }
    }

    @Test
    void wrongNamesAndFoldersLeaveNothing() throws Exception {
        try (ConfigServer server = server()) {
            for (String wrong : List.of("", "..", "a/b", "a b", "x".repeat(65), ".next")) {
                assertThatThrownBy(() -> server.credentials().add(wrong, folder.resolve("new")))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("is not valid");
            }
            assertThatThrownBy(() -> server.credentials().add("alice", folder.resolve("server")))
                    .isInstanceOf(IOException.class);
            assertThat(folder.resolve("new")).doesNotExist();
            assertThat(server.credentials().names()).isEmpty();
        }
    }

    @Test
    void credentialsOutliveARenewedCertificateAndARestart() throws Exception {
        Path alice = folder.resolve("alice");
        try (ConfigServer server = server()) {
            server.credentials().add("alice", alice);
            server.certificates().renew();
        }
        try (ConfigServer server = server()) {
            publishFor(server, "alice", "alice's");
            assertThat(ask(server, alice, "alice")).containsExactly("alice's");
        }
    }

    @Test
    void anEncryptedRootKeyRotatesWithItsPassphraseOnly() throws Exception {
        try (ConfigServer server = server()) {
            Bytes plain = Bytes.of(Files.readAllBytes(server.files().rootKey()));
            server.store().encryptRootKey(PASSPHRASE);
            Bytes encrypted = Bytes.of(Files.readAllBytes(server.files().rootKey()));
            assertThat(SigningKey.storedKeyId(encrypted)).isEqualTo(SigningKey.storedKeyId(plain));
            assertThatThrownBy(() -> SigningKey.fromBytes(encrypted)).hasMessageContaining("format");
            assertThatThrownBy(() -> server.store().rotate(Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("root.key: the key is encrypted");
            assertThatThrownBy(() -> server.store().rotate(Optional.of("another passphrase")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not open the key");
            assertThat(server.store().current().rootVersion()).isEqualTo(1);
            server.store().rotate(Optional.of(PASSPHRASE));
            server.store().rotate(Optional.of(PASSPHRASE));
            assertThat(server.store().current().rootVersion()).isEqualTo(3);
            assertThatThrownBy(() -> server.store().encryptRootKey(PASSPHRASE)).hasMessageContaining("is encrypted");
        }
    }

    @Test
    void aFirstStartLeavesTheRootKeyOfAnotherServerAlone() throws Exception {
        Path rootKey = folder.resolve("stick").resolve("root.key");
        server(rootKey.toString()).close();
        Bytes first = Bytes.of(Files.readAllBytes(rootKey));
        Files.move(folder.resolve("server"), folder.resolve("lost"));
        assertThatThrownBy(() -> server(rootKey.toString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(rootKey.toString())
                .hasMessageContaining("put the folder of that server back");
        assertThat(Bytes.of(Files.readAllBytes(rootKey))).isEqualTo(first);
        assertThat(folder.resolve("server").resolve("ipc_cert.pem")).doesNotExist();
    }

    @Test
    void theRootKeyOfAnotherServerIsRefusedByItsFile() throws Exception {
        try (ConfigServer server = server()) {
            Path mine = server.files().rootKey();
            SigningKey other = SigningKey.generate(new SecureRandom());
            Files.write(mine, other.toBytes().toArray());
            assertThatThrownBy(() -> server.store().rotate(Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(mine + " is not the root key of this repository");
            assertThatThrownBy(() -> server.store().encryptRootKey(PASSPHRASE))
                    .hasMessageContaining("is not the root key");
            assertThat(server.store().current().rootVersion()).isEqualTo(1);
        }
    }

    @Test
    void aRootKeyThatIsKeptElsewhereMayBeAwayWhileARotationEnds() throws Exception {
        Path stick = folder.resolve("stick");
        Path away = folder.resolve("away");
        String rootKey = stick.resolve("root.key").toString();
        Path keys = folder.resolve("server").resolve("keys");
        Bytes targetsBefore;
        try (ConfigServer server = server(rootKey)) {
            assertThat(keys.resolve("root.key")).doesNotExist();
            assertThat(stick.resolve("root.key")).exists();
            targetsBefore = Bytes.of(Files.readAllBytes(keys.resolve("targets.key")));
            server.store().rotate(Optional.empty());
        }
        // as if the process had been killed before the keys took their place, and the stick taken away
        Files.move(stick.resolve("root.key"), stick.resolve("root.key.rotating"));
        Files.move(keys.resolve("targets.key"), keys.resolve("targets.key.rotating"));
        Files.write(keys.resolve("targets.key"), targetsBefore.toArray());
        Files.move(stick, away);
        try (ConfigServer server = server(rootKey)) {
            assertThat(server.store().current().rootVersion()).isEqualTo(2);
            assertThatThrownBy(() -> server.store().rotate(Optional.empty()))
                    .hasMessageContaining("put the root key back");
            Files.move(away, stick);
            server.store().rotate(Optional.empty());
            assertThat(server.store().current().rootVersion()).isEqualTo(3);
        }
    }
}
