// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Opens both ends of the protocol {@code datadog.api.v1.AgentSecure}. Thread-safe. */
@ProviderType
public interface ConfigWire {

    /**
     * A client's end. Nothing is read or connected before the first exchange, so a server that is not there yet is no error here.
     *
     * @param settings where to, and with which credentials
     * @return to be closed by the caller
     */
    ConfigTransport connect(ConnectionSettings settings);

    /**
     * A server's end, listening when this returns.
     *
     * @param settings where, and with which credentials
     * @param backend answers requests, on several threads at once
     * @return to be closed by the caller
     * @throws IOException if a credential file is missing or refused, or the port is taken
     */
    Endpoint serve(EndpointSettings settings, ConfigBackend backend) throws IOException;

    /**
     * Makes a P-256 key and a certificate signed by itself: server certificate, client certificate and trust anchor at once.
     *
     * @param names host names and IP addresses that it is good for
     * @param now it is good from a day before, for clocks that differ
     * @return PEM with {@code CERTIFICATE} and {@code PRIVATE KEY}: secret
     * @throws IllegalArgumentException if a name looks like an IP address and is none
     */
    String selfSigned(String commonName, List<String> names, Instant now, Duration validity);

    /**
     * Where a client connects to, and with which credentials. Files are read when a connection is made.
     *
     * @param host name or address; the server's certificate has to name it
     * @param port 1 to 65535
     * @param trustAnchor PEM file with the certificates that are trusted; absent for those of the Java runtime
     * @param clientCertificate PEM file with certificate and private key; absent for none
     * @param token file that holds the bearer token; absent for none
     * @param deadline for one exchange, connecting included
     * @param maxResponseBytes larger answers are refused unread
     */
    record ConnectionSettings(
            String host,
            int port,
            Optional<Path> trustAnchor,
            Optional<Path> clientCertificate,
            Optional<Path> token,
            Duration deadline,
            int maxResponseBytes) {

        /** What the protocol allows in one answer: 110 MiB. */
        public static final int MAX_RESPONSE_BYTES = 110 << 20;

        private static final int MAX_PORT = 65_535;

        /** Checks the ranges. */
        public ConnectionSettings {
            if (host.isBlank()) {
                throw new IllegalArgumentException("the server's host is empty");
            }
            if (port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException("port " + port + " is outside 1.." + MAX_PORT);
            }
            if (deadline.isNegative() || deadline.isZero()) {
                throw new IllegalArgumentException("deadline " + deadline + " is not positive");
            }
            if (maxResponseBytes < 1 || maxResponseBytes > MAX_RESPONSE_BYTES) {
                throw new IllegalArgumentException(
                        "response limit " + maxResponseBytes + " is outside 1.." + MAX_RESPONSE_BYTES);
            }
        }
    }

    /**
     * Where a server listens, and with which credentials.
     *
     * @param host name or address to listen on
     * @param port 0 to 65535; 0 for any free one
     * @param certificate PEM file with certificate and private key
     * @param clientTrust PEM file with the certificates that clients' certificates are checked against; absent when clients need
     *     none
     * @param token file that holds the bearer token that clients have to show
     * @param maxRequestBytes larger requests are refused unread
     * @param maxIdle a connection on which nothing is asked for so long is closed; above zero. Its client connects again when it asks
     */
    record EndpointSettings(
            String host,
            int port,
            Path certificate,
            Optional<Path> clientTrust,
            Path token,
            int maxRequestBytes,
            Duration maxIdle) {}

    /** A server's end, listening. */
    @ProviderType
    interface Endpoint extends AutoCloseable {

        /** Where it listens. */
        int port();

        /** Stops listening and ends every connection. */
        @Override
        void close();
    }
}
