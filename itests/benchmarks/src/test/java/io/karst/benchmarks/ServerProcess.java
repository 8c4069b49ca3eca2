// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.config.server.internal.ServerMain;
import io.karst.remoteconfig.Bytes;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The embedded server in a process of its own, so that its time and memory can be told from its clients'. */
final class ServerProcess implements AutoCloseable {

    static final String PRODUCT = "KARST_BENCHMARK";

    private static final int CLOSE_SECONDS = 20;

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter orders;
    private final Served served;

    private ServerProcess(Path folder, Process process) throws IOException {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = process.outputWriter(StandardCharsets.UTF_8);
        boolean serves = false;
        try {
            served = new Served(folder, Integer.parseInt(answer()));
            serves = true;
        } finally {
            if (!serves) {
                process.destroyForcibly();
            }
        }
    }

    /**
     * Starts a server.
     *
     * @param folder new, for its keys and its repository
     * @param idle after which it closes a connection, in whole seconds
     * @param options for its Java virtual machine
     */
    static ServerProcess start(Path folder, Duration idle, List<String> options) throws IOException {
        return new ServerProcess(folder, launch(folder, idle, options, ProcessBuilder.Redirect.INHERIT));
    }

    /** The same with a file for what it writes to its log. */
    static ServerProcess start(Path folder, Duration idle, List<String> options, Path log) throws IOException {
        return new ServerProcess(folder, launch(folder, idle, options, ProcessBuilder.Redirect.appendTo(log.toFile())));
    }

    /** A process that may not have started to serve yet. */
    static Process launch(Path folder, Duration idle, List<String> options, ProcessBuilder.Redirect log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ServerMain.class.getName());
        command.add(folder.toString());
        command.add(Long.toString(idle.toSeconds()));
        return new ProcessBuilder(command).redirectError(log).start();
    }

    /** Publishes a configuration; returns the version of the signed list that offers it. */
    long publish(String id, Bytes content) throws IOException {
        return order(publishing(id, content));
    }

    /** The order that publishes a configuration. */
    static String publishing(String id, Bytes content) {
        return "publish " + PRODUCT + " " + id + " " + Base64.getEncoder().encodeToString(content.toArray());
    }

    /** How many clients have told it that everything in a signed list is applied. */
    long acknowledged(long targetsVersion) throws IOException {
        return order("acknowledged " + targetsVersion);
    }

    /** Sends one line and waits for the answer. */
    synchronized long order(String line) throws IOException {
        send(line);
        return Long.parseLong(answer());
    }

    /** Sends one line. */
    private void send(String line) throws IOException {
        orders.write(line + "\n");
        orders.flush();
    }

    /** Bytes on its heap after a collection. */
    long heap() throws IOException {
        return order("heap");
    }

    /**
     * Sends one line, and ends the process with SIGKILL.
     *
     * @param after the line
     * @return whether it has answered the line
     */
    synchronized boolean isAnsweredBeforeKill(String line, Duration after) throws IOException, InterruptedException {
        send(line);
        LockSupport.parkNanos(after.toNanos());
        process.toHandle().destroyForcibly(); // Process.destroyForcibly would close what is still to be read
        process.waitFor();
        return answers.readLine() != null;
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

    Served served() {
        return served;
    }

    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
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
