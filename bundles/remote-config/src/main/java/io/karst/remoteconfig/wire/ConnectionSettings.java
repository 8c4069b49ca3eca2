// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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
public record ConnectionSettings(
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
