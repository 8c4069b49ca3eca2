// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import io.karst.remoteconfig.wire.ConfigWire.EndpointSettings;
import io.karst.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Credential files in a test's folder. */
record Secrets(Path folder) {

    static final String TOKEN = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_REQUEST = 1 << 20;

    Path certificate(String file, String... names) throws IOException {
        return write(file, SelfSigned.pem(file, List.of(names), Instant.now(), Duration.ofDays(2)));
    }

    Path write(String file, String content) throws IOException {
        Path path = folder.resolve(file);
        Files.writeString(path, content);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return path;
    }

    Path local() throws IOException {
        Path file = folder.resolve("ipc_cert.pem");
        return Files.exists(file) ? file : certificate("ipc_cert.pem", "localhost", "127.0.0.1");
    }

    ShownIdentity identity() throws IOException {
        return Tls.identity(local(), GRACE, Clock.systemUTC());
    }

    RawClient raw(int port) throws IOException, GeneralSecurityException {
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(
                new KeyManager[] {identity()}, new TrustManager[] {Tls.trust(local(), GRACE, Clock.systemUTC())}, null);
        return new RawClient(tls, port, TOKEN);
    }

    Path token() throws IOException {
        Path file = folder.resolve("auth_token");
        return Files.exists(file) ? file : write("auth_token", TOKEN);
    }

    EndpointSettings endpoint(int port) throws IOException {
        return endpoint(port, local());
    }

    EndpointSettings endpoint(int port, Path certificate) throws IOException {
        return new EndpointSettings(
                "127.0.0.1",
                port,
                certificate,
                Optional.of(local()),
                token(),
                folder.resolve("clients"),
                GRACE,
                MAX_REQUEST,
                100,
                Duration.ofMinutes(10));
    }

    ConnectionSettings client(int port) throws IOException {
        return client(port, local(), token());
    }

    ConnectionSettings client(int port, Path clientCertificate, Path token) throws IOException {
        return new ConnectionSettings(
                "localhost",
                port,
                Optional.of(local()),
                Optional.of(clientCertificate),
                Optional.of(token),
                Duration.ofSeconds(10),
                ConnectionSettings.MAX_RESPONSE_BYTES);
    }
}
