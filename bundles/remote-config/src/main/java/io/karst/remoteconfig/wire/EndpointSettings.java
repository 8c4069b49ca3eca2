// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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
public record EndpointSettings(
        String host,
        int port,
        Path certificate,
        Optional<Path> clientTrust,
        Path token,
        int maxRequestBytes,
        Duration maxIdle) {}
