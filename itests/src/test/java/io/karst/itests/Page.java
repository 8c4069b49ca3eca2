// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The fenced blocks of README.md or of a page in docs. The first word after the fence is the language, the second says what to
 * do with the block, as CONTRIBUTING.md describes.
 *
 * @param name its path in the project
 * @param blocks in their order
 */
record Page(String name, List<Block> blocks) {

    /** What Karaf's console shows in front of a command. */
    static final String PROMPT = "karaf@root()> ";

    private static final Path PROJECT = Path.of("..");
    private static final Pattern FENCE = Pattern.compile("```(\\w*) ?(\\w*)");
    private static final Pattern LINK = Pattern.compile("\\]\\((examples/[^)]+)\\)");

    Page {
        blocks = List.copyOf(blocks);
    }

    /**
     * A block.
     *
     * @param line number of its first line
     * @param language such as {@code console}; may be empty
     * @param mark such as {@code norun}; may be empty
     * @param linked the file of an example that the page linked to last, if any
     * @param lines without the fences
     */
    record Block(int line, String language, String mark, Optional<Path> linked, List<String> lines) {
        Block {
            lines = List.copyOf(lines);
        }

        String text() {
            return String.join("\n", lines);
        }
    }

    /** A command of a console block, with the output that the page shows. */
    record Command(String line, List<String> output) {
        Command {
            output = List.copyOf(output);
        }
    }

    /** README.md, CONTRIBUTING.md and all pages in docs. */
    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>(List.of(read("README.md"), read("CONTRIBUTING.md")));
        try (Stream<Path> files = Files.list(PROJECT.resolve("docs"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                pages.add(read(PROJECT.relativize(file).toString()));
            }
        }
        return pages;
    }

    /** A page, by its path in the project. */
    static Page read(String name) throws IOException {
        Path file = PROJECT.resolve(name);
        List<Block> blocks = new ArrayList<>();
        Optional<Path> linked = Optional.empty();
        List<String> lines = Files.readAllLines(file);
        for (int at = 0; at < lines.size(); at++) {
            Matcher link = LINK.matcher(lines.get(at));
            while (link.find()) {
                linked = Optional.of(file.resolveSibling(link.group(1)));
            }
            Matcher fence = FENCE.matcher(lines.get(at));
            if (fence.matches()) {
                int end = at + 1 + lines.subList(at + 1, lines.size()).indexOf("```");
                blocks.add(new Block(at + 2, fence.group(1), fence.group(2), linked, lines.subList(at + 1, end)));
                at = end;
            }
        }
        return new Page(name, blocks);
    }

    /** The commands of a console block. */
    static List<Command> commands(Block block) {
        List<Command> commands = new ArrayList<>();
        for (String line : block.lines()) {
            if (line.startsWith(PROMPT)) {
                commands.add(new Command(line.substring(PROMPT.length()), List.of()));
            } else {
                Command last = commands.remove(commands.size() - 1);
                List<String> output = new ArrayList<>(last.output());
                output.add(line);
                commands.add(new Command(last.line(), output));
            }
        }
        return commands;
    }

    /**
     * The first line of a command's shown output that is not in its real output, after the lines before it. A number stands for any
     * number, and {@code …} for any text.
     */
    static Optional<String> missing(Command command, String output) {
        List<String> real = output.lines().map(Page::normal).toList();
        int at = 0;
        for (String line : command.output()) {
            Pattern wanted = pattern(line);
            while (at < real.size() && !wanted.matcher(real.get(at)).matches()) {
                at++;
            }
            if (at == real.size()) {
                return Optional.of(line);
            }
            at++;
        }
        return Optional.empty();
    }

    private static Pattern pattern(String line) {
        List<String> parts =
                Stream.of(normal(line).split("…", -1)).map(Pattern::quote).toList();
        return Pattern.compile(String.join(".*", parts));
    }

    private static String normal(String line) {
        return line.replaceAll("[0-9][0-9,.:]*", "0").replaceAll("\\s+", " ").strip();
    }
}
