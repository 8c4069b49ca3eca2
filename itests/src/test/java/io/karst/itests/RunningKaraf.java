// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** A Karaf in a process of its own, as an operator starts one; stopped and its folder left by {@link #close()}. */
public final class RunningKaraf implements AutoCloseable {

    /** How much longer than usual all may take: an emulated machine is slow. */
    private static final int PATIENCE = Integer.getInteger("karst.patience", 1);

    private static final Duration START = Duration.ofMinutes(2).multipliedBy(PATIENCE);
    private static final Duration COMMAND = Duration.ofMinutes(1).multipliedBy(PATIENCE);

    /** Characters of a thread's name that the kernel keeps. */
    private static final int VISIBLE_NAME = 15;

    private static final Path PINS = Path.of("/sys/fs/bpf/karst");

    private static final String HTTP = "org.ops4j.pax.web.cfg";
    private static final String HTTP_PORT = "org.osgi.service.http.port";

    private final Path home;
    private final Path etc;
    private final List<String> command;
    private final SecureShell shell;
    private Process process;

    private RunningKaraf(Path home, Path etc, List<String> command, SecureShell shell) throws IOException {
        this.home = home;
        this.etc = etc;
        this.command = command;
        this.shell = shell;
        this.process = launch();
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(home.resolve("console.out").toFile()));
        clean(builder, etc);
        return builder.start();
    }

    /**
     * Unpacks and starts it, and waits until its shell answers.
     *
     * @param archive a Karaf's tar.gz
     * @param name of the folder below target
     * @param wrapper command that starts it with other rights; may be empty
     */
    public static RunningKaraf start(Path archive, String name, String... wrapper) throws Exception {
        return start(archive, name, "etc", Optional.of(List.of()), List.of(wrapper));
    }

    /**
     * As {@link #start}, with other places for what it reads.
     *
     * @param etc name of the folder with its settings, as {@code KARAF_ETC} tells it
     * @param repositories Maven repositories, the first one that has something counts; what comes from them is kept below its own folder
     */
    static RunningKaraf startElsewhere(Path archive, String name, String etc, List<Path> repositories)
            throws Exception {
        return start(archive, name, etc, Optional.of(repositories), List.of());
    }

    /**
     * The distribution's folder {@code system}, which is laid out as a Maven repository.
     *
     * @param name of the folder below target
     * @param part pattern of the files, such as {@code io/karst/*}
     */
    static Path repository(String name, String part) throws Exception {
        Path folder = Path.of("target", name).toAbsolutePath();
        run(Path.of("."), "rm", "-rf", folder.toString());
        Files.createDirectories(folder);
        String archive = Path.of(System.getProperty("karst.distribution"))
                .toAbsolutePath()
                .normalize()
                .toString();
        run(folder, "tar", "-xzf", archive, "--strip-components=2", "--wildcards", "*/system/" + part);
        return folder;
    }

    /** As {@link #start}, without any Maven repository but its own folder {@code system}, as without a network. */
    static RunningKaraf startOffline(Path archive, String name) throws Exception {
        return start(archive, name, "etc", Optional.empty(), List.of());
    }

    /** As {@link #start}, with a virtual machine that a debugger can attach to on a port of the loopback address. */
    static RunningKaraf startDebugged(Path archive, String name, String port) throws Exception {
        String agent = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port;
        return start(archive, name, "env", "EXTRA_JAVA_OPTS=" + System.getProperty("karst.jvm") + " " + agent);
    }

    private static RunningKaraf start(
            Path archive, String name, String settings, Optional<List<Path>> repositories, List<String> wrapper)
            throws Exception {
        Path home = Path.of("target", name).toAbsolutePath();
        run(Path.of("."), "rm", "-rf", home.toString());
        Files.createDirectories(home);
        run(home, "tar", "-xzf", archive.toString(), "--strip-components=1");
        Path etc = home.resolve(settings);
        Files.move(home.resolve("etc"), etc);
        SecureShell shell = configure(home, etc);
        List<String> maven = repositories.map(places -> maven(home, places)).orElseGet(() -> offline(home));
        Files.write(etc.resolve("org.ops4j.pax.url.mvn.cfg"), maven, StandardOpenOption.APPEND);
        List<String> command = new ArrayList<>(wrapper);
        command.add(home.resolve("bin/karaf").toString());
        command.add("server");
        RunningKaraf karaf = new RunningKaraf(home, etc, command, shell);
        boolean answered = false;
        try {
            karaf.awaitShell();
            answered = true;
            return karaf;
        } finally {
            if (!answered) {
                karaf.close();
            }
        }
    }

    private static SecureShell configure(Path home, Path etc) throws IOException {
        String password = UUID.randomUUID().toString();
        Files.writeString(
                etc.resolve("users.properties"),
                "karst = " + password + ",_g_:karstgroup\n"
                        + "_g_\\:karstgroup = group,admin,manager,viewer,systembundles,ssh\n");
        String port = freePort();
        set(etc, "org.apache.karaf.shell.cfg", "sshPort", port);
        set(etc, "org.apache.karaf.shell.cfg", "sshHost", "127.0.0.1");
        set(etc, "org.apache.karaf.management.cfg", "rmiRegistryPort", freePort());
        set(etc, "org.apache.karaf.management.cfg", "rmiServerPort", freePort());
        if (Files.exists(etc.resolve(HTTP))) { // in the distribution
            set(etc, HTTP, HTTP_PORT, freePort());
        }
        Files.writeString(etc.resolve("io.karst.locktracer.cfg"), "pin.instance = " + instance(home) + "\n");
        return new SecureShell(Integer.parseInt(port), "karst", password, COMMAND);
    }

    /** A Maven repository on this machine serves without a network. What is installed there is found before all others. */
    private static List<String> maven(Path home, List<Path> repositories) {
        String local = System.getProperty("maven.repo.local");
        if (repositories.isEmpty()) {
            return List.of("", "org.ops4j.pax.url.mvn.localRepository = " + local);
        }
        List<String> places = new ArrayList<>();
        for (Path repository : repositories) {
            places.add(repository.toUri() + "@id=test" + places.size());
        }
        places.add(Path.of(local).toUri() + "@id=local");
        return List.of(
                "",
                "org.ops4j.pax.url.mvn.localRepository = " + home.resolve("repository"),
                "org.ops4j.pax.url.mvn.repositories = " + String.join(", ", places));
    }

    private static List<String> offline(Path home) {
        return List.of(
                "",
                "org.ops4j.pax.url.mvn.localRepository = " + home.resolve("repository"),
                "org.ops4j.pax.url.mvn.repositories =");
    }

    private static void set(Path etc, String file, String key, String value) throws IOException {
        Path path = etc.resolve(file);
        Files.writeString(path, Files.readString(path).replaceAll("(?m)^" + key + " *=.*$", key + " = " + value));
    }

    private static String instance(Path home) {
        return "itest-" + home.getFileName() + "-" + ProcessHandle.current().pid();
    }

    /** Writes the file of a PID's settings, while it runs or before it starts again. */
    void configure(String pid, List<String> lines) throws IOException {
        Files.write(settings(pid), lines);
    }

    /** The file of a PID's settings. */
    Path settings(String pid) {
        return etc.resolve(pid + ".cfg");
    }

    /**
     * Adds users who may log in to its HTTP server. Where it has none yet, the one that a feature brings will listen on a free port of the
     * loopback address.
     *
     * @param users lines such as {@code scraper = password,viewer}
     * @return host and port
     */
    String configureHttp(String... users) throws IOException {
        Files.write(etc.resolve("users.properties"), List.of(users), StandardOpenOption.APPEND);
        if (!Files.exists(etc.resolve(HTTP))) {
            Files.write(
                    etc.resolve(HTTP),
                    List.of(HTTP_PORT + " = " + freePort(), "org.ops4j.pax.web.listening.addresses = 127.0.0.1"));
        }
        Matcher port =
                Pattern.compile("(?m)^" + HTTP_PORT + " *= *(\\d+)$").matcher(Files.readString(etc.resolve(HTTP)));
        if (!port.find()) {
            throw new AssertionError(HTTP + " has no " + HTTP_PORT);
        }
        return "127.0.0.1:" + port.group(1);
    }

    /**
     * What an HTTP client sends as its login.
     *
     * @param credentials user and password with a colon between them
     */
    static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a thread of it has a name that begins so. */
    boolean hasThread(String name) throws IOException {
        String visible = name.substring(0, Math.min(name.length(), VISIBLE_NAME));
        for (ProcessHandle each : Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList()) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(each.pid()), "task"))) {
                if (threads.anyMatch(thread -> threadName(thread).startsWith(visible))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String threadName(Path thread) {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            return ""; // it has just ended
        }
    }

    /** Its own folder. */
    Path home() {
        return home;
    }

    /** Where its lock tracer pins. */
    Path pins() {
        return PINS.resolve(instance(home));
    }

    /** A compiled kernel program, out of the bundle that brings it. */
    Path asset(String name) throws Exception {
        List<Path> jars;
        try (var files = Files.walk(home.resolve("system/io/karst/karst-bpf"))) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
        Path file = home.resolve("data").resolve(name + ".bpf.o");
        try (ZipFile jar = new ZipFile(jars.get(0).toFile());
                InputStream in = jar.getInputStream(jar.getEntry("karst/assets/" + name + ".bpf.o"))) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    /** A file below its home. */
    Path file(String name) {
        return home.resolve(name);
    }

    /** Process id of its virtual machine. */
    long pid() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    /** Kills the virtual machine, which gets no chance to do anything more. */
    void kill() throws Exception {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle handle : all) {
            handle.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    /**
     * Asks it to stop, as the system does, and waits for that.
     *
     * @param meanwhile runs once it has been asked
     */
    void stop(Runnable meanwhile) throws Exception {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        meanwhile.run();
        for (ProcessHandle handle : all) {
            handle.onExit().get(START.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Starts it after {@link #kill} or {@link #stop}, and waits until its shell answers. */
    void startAgain() throws Exception {
        process = launch();
        awaitShell();
    }

    /** A port of this machine that nobody listens on now. */
    static String freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Standard output of a shell command, without colours. */
    public String shell(String command) throws Exception {
        SecureShell.Result result = shell.run(command);
        if (result.status() != 0) {
            throw new AssertionError("'" + command + "' ended with " + result);
        }
        return result.output();
    }

    /** Its client, not started yet. */
    ProcessBuilder clientProcess(String... options) {
        List<String> words = new ArrayList<>(List.of(home.resolve("bin/client").toString()));
        words.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(words);
        clean(builder, etc);
        return builder;
    }

    /** Another start of it, with a console; for after {@link #stop}. */
    ProcessBuilder consoleProcess() {
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString());
        clean(builder, etc);
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    /** What a command prints that comes by {@code bin/client}, as those of {@code ./run exec} do. */
    String client(String command) throws Exception {
        Process client =
                clientProcess("-l", "0", "-b").redirectErrorStream(true).start();
        try (var input = client.getOutputStream()) {
            input.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        }
        String output = read(client.getInputStream());
        if (client.waitFor() != 0) {
            throw new AssertionError("'" + command + "' ended with " + client.exitValue() + ": " + output);
        }
        return output;
    }

    /** What a command says that is not done. */
    String refusal(String command) {
        SecureShell.Result result = shell.run(command);
        if (result.status() == 0) {
            throw new AssertionError("'" + command + "' was done: " + result);
        }
        return result.output() + result.errors();
    }

    /** Waits until a command's output holds a text, and returns that output. */
    String awaitShell(String command, String text, Duration patience) throws Exception {
        Instant deadline = Instant.now().plus(patience);
        SecureShell.Result last = shell.run(command);
        while (!last.output().contains(text)) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("'" + command + "' never said '" + text + "' but: " + last);
            }
            TimeUnit.MILLISECONDS.sleep(200);
            last = shell.run(command);
        }
        return last.output();
    }

    private void awaitShell() throws Exception {
        Instant deadline = Instant.now().plus(START);
        SecureShell.Result last = shell.run("bundle:list -t 0 -s");
        while (last.status() != 0) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                throw new AssertionError("no shell from " + home + ": " + last);
            }
            TimeUnit.MILLISECONDS.sleep(200);
            last = shell.run("bundle:list -t 0 -s");
        }
    }

    private static void clean(ProcessBuilder builder, Path etc) {
        builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_"));
        builder.environment().put("KARAF_ETC", etc.toString());
        builder.environment().put("EXTRA_JAVA_OPTS", System.getProperty("karst.jvm"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    }

    static void run(Path directory, String... command) throws IOException, InterruptedException {
        output(directory, command);
    }

    /** What a program prints. */
    static String output(Path directory, String... command) throws IOException, InterruptedException {
        Process started = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = read(started.getInputStream());
        if (started.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /**
     * The folder in which a program of Debian is unpacked, at the first call.
     *
     * @param suite empty: this machine's own
     * @param packages those that the suite has not got are left out
     */
    static Path debianPrograms(String suite, String program, String... packages)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("../build-tools/debian-program", "target/" + packages[0], suite, program));
        command.addAll(List.of(packages));
        String output = output(Path.of("."), command.toArray(new String[0]));
        return Path.of(output.lines().reduce((earlier, last) -> last).orElseThrow());
    }

    private static String read(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        // The script's children too: the virtual machine is one.
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        shell.close();
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle handle : all) {
            try {
                handle.onExit().get(30, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                handle.destroyForcibly();
            }
        }
        run(home, "rm", "-rf", pins().toString());
    }
}
