// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The distribution as {@code bin/karaf} starts it, and its console: commands go in, and what they print comes out. Not ssh, as
 * each client would take an emulated machine the better part of a minute. Waits as long as it takes; whoever runs the
 * machine ends it. Closing ends Karaf.
 */
final class Console implements AutoCloseable {
    private static final Pattern ESCAPE = Pattern.compile("\u001b(\\[[0-9;?]*[a-zA-Z]|[=>])");

    /** Matches only without the escapes, which lie within it too. */
    private static final Pattern PROMPT = Pattern.compile("\\w+@\\w+\\(\\)> *");

    /** A slow console may have written over a prompt with spaces just before. */
    private static final Pattern JSON = Pattern.compile("(?m)^ *[\\[{]");

    private final Process karaf;
    private final OutputStream typed;
    private final Reader shown;
    private int commands;

    private Console(Process karaf) {
        this.karaf = karaf;
        typed = karaf.getOutputStream();
        shown = karaf.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Unpacks and starts it.
     *
     * @param archive a Karaf's tar.gz
     * @param home where to, a new folder
     */
    static Console start(Path archive, Path home) throws IOException, InterruptedException {
        Files.createDirectories(home);
        Process tar = new ProcessBuilder("tar", "-xzf", archive.toString(), "--strip-components=1")
                .directory(home.toFile())
                .inheritIO()
                .start();
        if (tar.waitFor() != 0) {
            throw new IOException(archive + " cannot be unpacked");
        }
        // Emulated programs soon exceed their budget. Then estimates would be compared, not the times of each wait.
        Files.writeString(
                home.resolve("etc/io.karst.locktracer.cfg"),
                "\ntiming = all\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        ProcessBuilder builder = new ProcessBuilder(home.resolve("bin/karaf").toString());
        builder.redirectErrorStream(true);
        builder.environment().put("TERM", "dumb");
        return new Console(builder.start());
    }

    /**
     * Runs a command, or several of them on lines of their own.
     *
     * @return what the console shows, the typed commands included, without prompts
     * @throws IOException if Karaf has ended
     */
    String run(String command) throws IOException {
        commands++;
        // The console shows what is typed too: only in the answer single spaces part the words.
        typed.write((command + "\nshell:echo  end  of  " + commands + "\n").getBytes(StandardCharsets.UTF_8));
        typed.flush();
        String end = "end of " + commands + "\n";
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end, Math.max(0, text.length() - 2 * end.length())) < 0) {
            int read = shown.read();
            if (read < 0) {
                throw new IOException("Karaf ended: " + text);
            }
            if (read != '\r') {
                text.append((char) read);
            }
        }
        return PROMPT.matcher(ESCAPE.matcher(text).replaceAll("")).replaceAll("");
    }

    /**
     * Runs a command that prints JSON.
     *
     * @return the document
     * @throws IOException if there is none
     */
    String json(String command) throws IOException {
        return json(run(command), command);
    }

    /** The JSON document in a text, from the line where it begins to the line that ends it. */
    static String json(String text, String what) throws IOException {
        Matcher begin = JSON.matcher(text);
        int end = Math.max(text.lastIndexOf("\n]"), text.lastIndexOf("\n}")) + 2;
        if (!begin.find() || end < begin.start()) {
            throw new IOException("no JSON from " + what + ": " + text);
        }
        return text.substring(begin.start(), end);
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(karaf.descendants().toList());
        all.add(karaf.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
    }
}
