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
     * Makes a certificate like one that {@link #selfSigned} made, for the same key: whoever trusts the former one trusts this one, too,
     * as long as the former one is valid.
     *
     * @param file PEM with the certificate and its key
     * @param names host names and IP addresses that it is good for
     * @param now it is good from a day before
     * @return PEM with {@code CERTIFICATE} and {@code PRIVATE KEY}: secret
     * @throws IOException if the file cannot be used
     */
    String renewed(Path file, List<String> names, Instant now, Duration validity) throws IOException;

    /**
     * Makes a P-256 key and a certificate for a client, signed by the key of another certificate.
     *
     * @param issuer PEM with a certificate that {@link #selfSigned} made, and its key
     * @param commonName the client's name
     * @param now it is good from a day before
     * @return PEM with {@code CERTIFICATE} and {@code PRIVATE KEY}: secret
     * @throws IOException if the issuer's file cannot be used, or is of another kind
     */
    String issued(Path issuer, String commonName, Instant now, Duration validity) throws IOException;

    /**
     * The certificates of a PEM file, which are no secret.
     *
     * @return PEM with at least one {@code CERTIFICATE}
     * @throws IOException if the file cannot be used
     */
    String withoutKey(Path file) throws IOException;

    /**
     * Tells from when to when the certificates of a PEM file are valid.
     *
     * @return at least one, in the file's order
     * @throws IOException if the file cannot be used
     */
    List<CertificateDates> certificateDates(Path file) throws IOException;

    /**
     * When a certificate is valid.
     *
     * @param subject distinguished name of its owner, without control characters
     * @param from first moment
     * @param until last moment
     */
    record CertificateDates(String subject, Instant from, Instant until) {

        private static final Duration NOTICE = Duration.ofDays(30);

        /** What an operator has to hear: that it ends within 30 days, has ended, or is not valid yet. Follows its name. */
        public Optional<String> warning(Instant now) {
            if (now.isBefore(from)) {
                return Optional.of(subject + " is valid only from " + from + " on");
            }
            if (now.isAfter(until)) {
                return Optional.of(subject + " ended at " + until);
            }
            return now.isAfter(until.minus(NOTICE)) ? Optional.of(subject + " ends at " + until) : Optional.empty();
        }
    }

    /**
     * Where a client connects to, and with which credentials. Files are read when a connection is made, and again when they change.
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
     * Where a server listens, and with which credentials. Files are read at its start, and again when they change.
     *
     * @param host name or address to listen on
     * @param port 0 to 65535; 0 for any free one
     * @param certificate PEM file with certificate and private key
     * @param clientTrust PEM file with the certificates that clients' certificates are checked against; absent when clients need
     *     none
     * @param token file that holds the bearer token that clients have to show, if they have none of their own
     * @param clients folder with a file for each client that has a token of its own: its name is the client's, its content the
     *     SHA-256 of the token in hexadecimal digits. Requests with such a token get the client's name as their id, and are answered only
     *     if the certificate, where one is needed, has that name, too. The folder may be missing
     * @param maxRequestBytes larger requests are refused unread
     * @param credentialsGrace how long a former token and a former client certificate are accepted after a file has changed
     * @param maxConnections most connections whose peers have shown the token; the least recently used one makes room for another
     * @param maxIdle a connection on which nothing is asked for so long is closed; above zero. Its client connects again when it asks
     */
    record EndpointSettings(
            String host,
            int port,
            Path certificate,
            Optional<Path> clientTrust,
            Path token,
            Path clients,
            Duration credentialsGrace,
            int maxRequestBytes,
            int maxConnections,
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
