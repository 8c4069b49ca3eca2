// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a client needs to know of a server.
 *
 * @param folder of the server, with its credentials and its first root
 * @param port on the loopback address
 */
record Served(Path folder, int port) {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    Bytes root() throws IOException {
        return Bytes.of(Files.readAllBytes(folder.resolve("root.json")));
    }

    ConnectionSettings connection() {
        Path certificate = folder.resolve("ipc_cert.pem");
        return new ConnectionSettings(
                "localhost",
                port,
                Optional.of(certificate),
                Optional.of(certificate),
                Optional.of(folder.resolve("auth_token")),
                DEADLINE,
                ConnectionSettings.MAX_RESPONSE_BYTES);
    }
}
