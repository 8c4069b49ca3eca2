// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.server.internal.ServerMain;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.wire.ConfigWire.ConnectionSettings;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The embedded server in a process of its own, so that its time and memory can be told from its clients'. */
final class ServerProcess implements AutoCloseable {

    static final String PRODUCT = "KARST_BENCHMARK";

    private static final int CLOSE_SECONDS = 20;
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final Path folder;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter orders;
    private final int port;

    private ServerProcess(Path folder, Process process) throws IOException {
        this.folder = folder;
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = process.outputWriter(StandardCharsets.UTF_8);
        port = Integer.parseInt(answer());
    }

    /**
     * Starts a server.
     *
     * @param folder new, for its keys and its repository
     * @param idle after which it closes a connection, in whole seconds
     * @param options for its Java virtual machine
     */
    static ServerProcess start(Path folder, Duration idle, List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ServerMain.class.getName());
        command.add(folder.toString());
        command.add(Long.toString(idle.toSeconds()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        boolean started = false;
        try {
            ServerProcess server = new ServerProcess(folder, process);
            started = true;
            return server;
        } finally {
            if (!started) {
                process.destroyForcibly();
            }
        }
    }

    /** Publishes a configuration; returns the version of the signed list that offers it. */
    synchronized long publish(String id, Bytes content) throws IOException {
        return order("publish " + PRODUCT + " " + id + " " + Base64.getEncoder().encodeToString(content.toArray()));
    }

    /** How many clients have told it that everything in a signed list is applied. */
    synchronized long acknowledged(long targetsVersion) throws IOException {
        return order("acknowledged " + targetsVersion);
    }

    private long order(String line) throws IOException {
        orders.write(line + "\n");
        orders.flush();
        return Long.parseLong(answer());
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the server ended, see above");
        }
        return line;
    }

    Usage usage() throws IOException {
        return Usage.of(process.pid());
    }

    int port() {
        return port;
    }

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

    @Override
    public void close() throws IOException {
        orders.close();
        try {
            if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
