// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Test;

/**
 * No shell script pipes into a reader that may end before it has read everything. The writer then dies of SIGPIPE, which under
 * {@code pipefail} is the failure of the whole pipe, now and then and only on a busy machine. Instead: {@code grep -q … <<<"$text"},
 * {@code grep -q … < <(command)}, {@code awk '!seen++'}.
 */
public class ScriptsTest {

    private static final Path PROJECT = Path.of("..");
    private static final Set<String> SKIPPED = Set.of("target", ".git");
    private static final Pattern SHELL = Pattern.compile("#!.*\\b(ba|da|k|z)?sh\\b.*|# shellcheck shell=.*");
    private static final int HEADER_LINES = 5;

    private static final Pattern COMMENT = Pattern.compile("(?m)(^|\\s)#.*$");
    private static final Pattern CONTINUED = Pattern.compile("\\\\\n\\s*|(?<=\\|)\\s*\n\\s*");

    /** After a single bar: assignments, then a command, up to the next unquoted bar or the end of the line. */
    private static final Pattern READER =
            Pattern.compile("(?<!\\|)\\|&?\\s*(?!\\|)[({\\s]*(?:\\w+=\\S*\\s+|command\\s+|timeout\\s+\\S+\\s+)*"
                    + "(?<command>[\\w.-]+)(?<arguments>(?:'[^']*'|\"[^\"]*\"|[^|\\n'\"])*)");

    /** Quiet, a limit, or only names. */
    private static final Pattern GREP_ENDS =
            Pattern.compile("\\s(-[A-Za-z]*[qmlL]|--quiet|--silent|--max-count|--files-with)");

    private static final Pattern SED_QUITS = Pattern.compile("(?s).*(?<![A-Za-z])[qQ][0-9]*(?=[;}'\"\\s)]|$).*");
    private static final Pattern AWK_EXITS = Pattern.compile("(?s).*\\bexit\\b.*");
    private static final Pattern AWK_END = Pattern.compile("(?s)\\bEND\\s*\\{.*");

    @Test
    public void noPipeGoesIntoAReaderThatEndsEarly() throws IOException {
        List<Path> scripts = scripts();
        List<String> found = new ArrayList<>();
        for (Path script : scripts) {
            for (String pipe : pipesThatEndEarly(Files.readString(script))) {
                found.add(PROJECT.relativize(script) + ": " + pipe);
            }
        }
        assertEquals(List.of(), found);
    }

    @Test
    public void everyScriptOfTheTreeIsRead() throws IOException {
        Set<String> names = new TreeSet<>();
        scripts().forEach(script -> names.add(PROJECT.relativize(script).toString()));
        assertTrue(
                names.toString(),
                names.containsAll(Set.of(
                        ".ci/run",
                        "bpf/check",
                        "bpf/compile",
                        "build-tools/machine.sh",
                        "itests/kernels/apt.sh",
                        "itests/kernels/init",
                        "itests/kernels/run",
                        "run",
                        "test")));
    }

    @Test
    public void findsEachReaderThatEndsEarly() {
        for (String planted : List.of(
                "ldconfig -p | grep -q libbpf.so.1",
                "ldconfig -p 2>/dev/null | LC_ALL=C grep -Eqs 'libbpf' || echo missing",
                "a | grep -E -q x",
                "a | grep --quiet x",
                "a | grep -m 1 x",
                "a | grep -l x",
                "a | head",
                "version=$(sed -n 's/x/y/p' pom.xml | head -n 1)",
                "a |\n    head -1",
                "a \\\n    | head -1",
                "a |& head -1",
                "a | tr x y | head -c 10 | wc -c",
                "a | sed q",
                "a | sed -n '1{p;q}'",
                "a | sed -n '/x/q'",
                "a | awk '{ print; exit }'",
                "a | awk -v x=1 '\n    $1 == x { print $2; exit }\n'",
                "a | mawk 'NR == 1 { exit } END { print }'",
                "a | read -r first",
                "a | { read -r first; echo \"$first\"; }",
                "a | (read -r first; echo \"$first\")",
                "a | cmp -s - file",
                "a | diff -q - file",
                "a | true")) {
            assertEquals(planted, 1, pipesThatEndEarly(planted).size());
        }
    }

    @Test
    public void leavesReadersOfEverythingAlone() {
        for (String whole : List.of(
                "a | grep -c x",
                "a | grep -o 'q' | sort -u",
                "a | grep -E '^(x| -q)$'",
                "a || head -n 1 file",
                "head -n 1 file | grep -c x",
                "grep -q x <<<\"$seen\"",
                "grep -q x < <(ldconfig -p)",
                "a | sed 's/q/x/; s/quit/go/'",
                "a | sed -n 's:.*<q>\\(.*\\)</q>.*:\\1:p'",
                "a | awk '!seen++ { print $1 }'",
                "a | awk '{ n++ } END { exit n > 1 }'",
                "a | while read -r line; do echo \"$line\"; done",
                "a | tail -n 1 # not | head",
                "# ldconfig -p | grep -q x",
                "a | tee log; head -n 1 log",
                "case $x in a | b) echo head ;; esac")) {
            assertEquals(List.of(), pipesThatEndEarly(whole));
        }
    }

    /** The readers' commands with their arguments. */
    private static List<String> pipesThatEndEarly(String script) {
        String text =
                CONTINUED.matcher(COMMENT.matcher(script).replaceAll("$1")).replaceAll(" ");
        List<String> found = new ArrayList<>();
        Matcher reader = READER.matcher(text);
        int from = 0;
        while (reader.find(from)) {
            String command = reader.group("command");
            String arguments = firstCommand(reader.group("arguments"));
            if (endsEarly(command, arguments)) {
                found.add("| " + command + arguments.stripTrailing());
            }
            from = reader.end("command");
        }
        return found;
    }

    /** Up to an unquoted semicolon, ampersand or closing bracket. */
    private static String firstCommand(String arguments) {
        Matcher first = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^;&)'\"])*").matcher(arguments);
        return first.lookingAt() ? first.group() : arguments;
    }

    private static boolean endsEarly(String command, String arguments) {
        return switch (command) {
            case "head", "read", "cmp", "true", "false" -> true;
            case "grep", "egrep", "fgrep", "zgrep" ->
                GREP_ENDS.matcher(options(arguments)).find();
            case "diff" -> arguments.contains(" -q") || arguments.contains(" --brief");
            case "sed" -> SED_QUITS.matcher(arguments).matches();
            case "awk", "gawk", "mawk", "nawk" ->
                AWK_EXITS.matcher(AWK_END.matcher(arguments).replaceAll("")).matches();
            default -> false;
        };
    }

    /** The leading words that begin with a dash. */
    private static String options(String arguments) {
        Matcher options = Pattern.compile("(\\s+-\\S*)*").matcher(arguments);
        return options.lookingAt() ? options.group() : "";
    }

    private static List<Path> scripts() throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(PROJECT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && isShell(file)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static boolean isShell(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        return text.lines()
                .limit(HEADER_LINES)
                .anyMatch(line -> SHELL.matcher(line).matches());
    }
}
