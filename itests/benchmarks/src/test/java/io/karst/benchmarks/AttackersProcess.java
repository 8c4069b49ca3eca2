// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.benchmarks;

import io.karst.benchmarks.Attackers.Kind;
import io.karst.benchmarks.Attackers.Load;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Attackers in a process of their own, and of the lowest priority: real ones compute on other machines, so their computing shall take
 * nothing from the server and its honest clients. What they send is not less for it as long as the machine is not full.
 */
final class AttackersProcess implements AutoCloseable {

    private static final String END = ".";
    private static final int CLOSE_SECONDS = 90;

    private final Load load;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter orders;

    /**
     * What they have done.
     *
     * @param attempts by kind
     * @param failures kinds that ended early: then nothing is proven
     */
    record Report(Map<Kind, Long> attempts, List<String> failures) {}

    /** Begins the attack. */
    AttackersProcess(Served server, Load load) throws IOException {
        this.load = load;
        process = new ProcessBuilder(
                        "nice",
                        "-n",
                        "19",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AttackersProcess.class.getName(),
                        server.folder().toString(),
                        Integer.toString(server.port()),
                        load.time().toString(),
                        Integer.toString(load.ids()),
                        Integer.toString(load.garbage()),
                        Integer.toString(load.garbageASecond()),
                        Integer.toString(load.halfSent()),
                        Integer.toString(load.unread()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Attacks until the end of standard input; answers each line with a report.
     *
     * @param args the server's folder and port, and the load
     * @throws Exception if it cannot begin
     */
    public static void main(String[] args) throws Exception {
        Served server = new Served(Path.of(args[0]), Integer.parseInt(args[1]));
        Load load = new Load(
                Duration.parse(args[2]),
                number(args[3]),
                number(args[4]),
                number(args[5]),
                number(args[6]),
                number(args[7]));
        try (Attackers attackers = new Attackers(server, load);
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                attackers.attempts().forEach((kind, count) -> System.out.println(kind + " " + count));
                attackers.failures().forEach(failure -> System.out.println(failure.replace("\n", " ")));
                System.out.println(END);
            }
        }
        System.exit(0); // gRPC's threads stay for a while
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    Report report() throws IOException {
        orders.write("report\n");
        orders.flush();
        Map<Kind, Long> attempts = new EnumMap<>(Kind.class);
        List<String> failures = new ArrayList<>();
        for (String line = line(); !line.equals(END); line = line()) {
            if (attempts.size() < Kind.values().length) {
                String[] words = line.split(" ", 2);
                attempts.put(Kind.valueOf(words[0]), Long.parseLong(words[1]));
            } else {
                failures.add(line);
            }
        }
        return new Report(attempts, failures);
    }

    /** Whether there are ids left to try. */
    boolean hasIds() throws IOException {
        Report report = report();
        return report.failures().isEmpty() && report.attempts().getOrDefault(Kind.IDS, 0L) < load.ids();
    }

    private String line() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the attackers' process ended, see above");
        }
        return line;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        orders.close();
        if (!process.waitFor(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the attackers go on");
        }
    }
}
