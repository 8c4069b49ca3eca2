// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** A real terminal: tmux, without anybody who looks at it. What is on its screen can be kept as a file. */
final class TmuxTerminal implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Of a server of its own: the one before may be about to end. */
    private final String socket = "karst-itest-" + UUID.randomUUID();

    private final Path screens;

    /**
     * Runs a command in it.
     *
     * @param command with its environment; tmux is put before it
     * @param screens folder for {@link #keep}
     */
    TmuxTerminal(ProcessBuilder command, int width, int height, Path screens) throws Exception {
        this.screens = Files.createDirectories(screens);
        List<String> start = new ArrayList<>(
                List.of("tmux", "-u", "-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "" + width));
        start.addAll(List.of("-y", "" + height));
        start.addAll(command.command());
        command.environment().remove("TMUX");
        Process tmux = command.command(start).redirectErrorStream(true).start();
        String output = new String(tmux.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (tmux.waitFor() != 0) {
            throw new AssertionError("tmux: " + output);
        }
    }

    /** Types a text, or presses a key that tmux knows, such as {@code Enter} or {@code C-c}. */
    void press(String... keys) throws Exception {
        List<String> words = new ArrayList<>(List.of("send-keys"));
        words.addAll(List.of(keys));
        tmux(words.toArray(String[]::new));
    }

    void resize(int width, int height) throws Exception {
        tmux("resize-window", "-x", "" + width, "-y", "" + height);
    }

    /** A value that tmux knows of it, such as {@code alternate_on}. */
    String value(String name) throws Exception {
        return tmux("display-message", "-p", "#{" + name + "}").strip();
    }

    /** The lines on the screen, without blanks at their ends. */
    List<String> lines() throws Exception {
        return tmux("capture-pane", "-p").lines().toList();
    }

    /** The lines on the screen, with the escape sequences of colours and other styles. */
    List<String> colouredLines() throws Exception {
        return tmux("capture-pane", "-p", "-e").lines().toList();
    }

    /**
     * All lines since {@link #clear}, also those that have left the screen, without blanks at their ends. What the terminal broke into several
     * lines is one that is longer than its width.
     */
    List<String> output() throws Exception {
        return tmux("capture-pane", "-p", "-J", "-S", "-")
                .lines()
                .map(String::stripTrailing)
                .toList();
    }

    /** Removes everything but the line that is typed. */
    void clear() throws Exception {
        press("C-l");
        await("clear screen", lines -> lines.stream().skip(1).allMatch(String::isBlank));
        tmux("clear-history");
    }

    /** Waits until a line has a text. */
    List<String> await(String text) throws Exception {
        return await(text, lines -> lines.stream().anyMatch(line -> line.contains(text)));
    }

    List<String> await(String what, Predicate<List<String>> shown) throws Exception {
        return await(what, this::lines, shown);
    }

    /** As {@link #await}, with all of {@link #output}. */
    List<String> awaitOutput(String what, Predicate<List<String>> shown) throws Exception {
        return await(what, this::output, shown);
    }

    private static List<String> await(String what, Callable<List<String>> capture, Predicate<List<String>> shown)
            throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<String> lines = capture.call();
        while (!shown.test(lines)) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("no " + what + " in\n" + String.join("\n", lines));
            }
            TimeUnit.MILLISECONDS.sleep(50);
            lines = capture.call();
        }
        return lines;
    }

    /** Keeps what is on the screen. */
    void keep(String name) throws Exception {
        keep(name, lines());
    }

    void keep(String name, List<String> lines) throws IOException {
        Files.write(screens.resolve(name + ".txt"), lines);
    }

    private String tmux(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", socket));
        command.addAll(List.of(words));
        Process tmux = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(tmux.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (tmux.waitFor() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /** Ends the command as a closed window does, and waits until it has ended. */
    @Override
    public void close() throws Exception {
        ProcessHandle command =
                ProcessHandle.of(Long.parseLong(value("pane_pid"))).orElseThrow();
        List<ProcessHandle> all = new ArrayList<>(command.descendants().toList());
        all.add(command);
        tmux("kill-server");
        for (ProcessHandle handle : all) {
            try {
                handle.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                handle.destroyForcibly();
                throw e;
            }
        }
    }
}
