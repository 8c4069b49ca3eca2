// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a server listens, and with which credentials.
 *
 * @param address address and port; port 0 for any free one
 * @param certificate PEM file with certificate and private key
 * @param clientTrust PEM file with the certificates that clients' certificates are checked against; absent when clients need
 *     none
 * @param token file that holds the bearer token that clients have to show
 * @param maxRequestBytes larger requests are refused unread
 */
public record EndpointSettings(
        InetSocketAddress address, Path certificate, Optional<Path> clientTrust, Path token, int maxRequestBytes) {}
