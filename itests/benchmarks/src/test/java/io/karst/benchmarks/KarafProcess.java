// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The distribution's Karaf in a process of its own, with feature {@code karst} or without it, else the same. */
final class KarafProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path PINS = Path.of("/sys/fs/bpf/karst");
    private static final int LOOK_MILLIS = 10;

    /** What the last stage logs when it can make snapshots. */
    private static final String FIRST_SNAPSHOT = "LockContentionService";

    private final Path home;
    private final boolean karst;
    private final int port;
    private final String instance;
    private Optional<Process> process = Optional.empty();

    /**
     * Unpacks it.
     *
     * @param archive the distribution
     * @param home folder of this Karaf, to be made
     * @param karst whether it has Karst
     */
    KarafProcess(Path archive, Path home, boolean karst) throws IOException, InterruptedException {
        this.home = home;
        this.karst = karst;
        instance = "benchmark-" + ProcessHandle.current().pid();
        port = freePort();
        Files.createDirectories(home);
        run("tar", "-xzf", archive.toString(), "-C", home.toString(), "--strip-components=1");
        set("org.apache.karaf.shell", "sshPort", Integer.toString(port));
        set("org.apache.karaf.shell", "sshHost", "127.0.0.1");
        set("org.apache.karaf.management", "rmiRegistryPort", Integer.toString(freePort()));
        set("org.apache.karaf.management", "rmiServerPort", Integer.toString(freePort()));
        Path features = etc("org.apache.karaf.features");
        Files.writeString(
                features,
                Files.readString(features).replaceAll("(?m)^(featuresBoot *=[^,]*).*$", karst ? "$1,karst" : "$1"));
        Files.writeString(etc("io.karst.locktracer"), "pin.instance = " + instance + "\n");
    }

    /** Starts it. Returns how long it took until its shell can be reached, and snapshots can be made if it has Karst. */
    Duration start() throws IOException, InterruptedException {
        Files.deleteIfExists(log());
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("bin").resolve("karaf").toString(), "server");
        builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_"));
        builder.environment().put("KARAF_EXEC", "exec");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.redirectErrorStream(true);
        builder.redirectOutput(home.resolve("console.out").toFile());
        long begun = System.nanoTime();
        Process started = builder.start();
        process = Optional.of(started);
        while (!isReady()) {
            if (!started.isAlive() || System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new IOException("Karaf does not start, see " + home.resolve("console.out") + " and " + log());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private boolean isReady() throws IOException {
        if (karst
                && !(Files.exists(log()) && Files.readString(log()).lines().anyMatch(KarafProcess::isFirstSnapshot))) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFirstSnapshot(String line) {
        return line.contains(FIRST_SNAPSHOT) && line.endsWith(" ready");
    }

    /** What it has used. */
    Usage usage() throws IOException {
        return Usage.of(process.orElseThrow().pid());
    }

    /** Lets it collect its whole heap. */
    void collect() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        run(jcmd, Long.toString(process.orElseThrow().pid()), "GC.run");
    }

    /** Asks it to stop, and waits until it has. */
    void stop() throws InterruptedException {
        if (process.isPresent()) {
            process.get().destroy();
            if (!process.get().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.get().destroyForcibly().waitFor();
            }
            process = Optional.empty();
        }
    }

    /** Stops it and removes its pins; leaves its folder. */
    @Override
    public void close() throws IOException, InterruptedException {
        stop();
        run("rm", "-rf", PINS.resolve(instance).toString());
    }

    private Path log() {
        return home.resolve("data").resolve("log").resolve("karaf.log");
    }

    private Path etc(String pid) {
        return home.resolve("etc").resolve(pid + ".cfg");
    }

    private void set(String pid, String key, String value) throws IOException {
        String text = Files.readString(etc(pid));
        Files.writeString(etc(pid), text.replaceAll("(?m)^" + key + " *=.*$", key + " = " + value));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process running = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (running.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + running.exitValue());
        }
    }
}
