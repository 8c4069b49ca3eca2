// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.DiffAlgorithmI;
import com.github.difflib.algorithm.myers.MeyersDiff;
import com.github.difflib.algorithm.myers.MeyersDiffWithLinearSpace;
import com.github.difflib.patch.Patch;
import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** {@code karst:config-diff}. */
@Service
@Command(
        scope = "karst",
        name = "config-diff",
        description = "Compares two versions of a configuration, or the newest one with a file, as diff -u does.",
        detailedDescription = "classpath:help/config-diff.txt")
public final class ConfigDiffCommand extends PathCommand {

    private static final String FROM = "--from";
    private static final String TO = "--to";
    private static final String FILE = "--file";
    private static final int CONTEXT = 3;
    private static final int MOST_LINES = 10_000;
    private static final int FEW_LINES = 1000;

    /** One side. */
    record Side(String name, Bytes content, String expires, String recipients) {

        static Side of(PublishedConfig config) {
            return new Side(
                    PathCommand.name(config.path()) + " version " + config.version(),
                    config.content(),
                    config.expires().map(Object::toString).orElse("never"),
                    ConfigListCommand.recipients(config));
        }

        private List<String> lines() {
            List<String> lines = ContentText.lines(content, name);
            if (lines.size() > MOST_LINES) {
                throw new IllegalArgumentException(name + " has " + lines.size() + " lines, more than " + MOST_LINES
                        + ". Save both with karst:config-show, and compare the files");
            }
            return lines;
        }
    }

    /**
     * What differs.
     *
     * @param lines in the format of {@code diff -u}, after what differs beside the content; empty if nothing does
     */
    record Difference(Side from, Side to, List<String> lines) {

        static Difference of(Side from, Side to) {
            List<String> lines = new ArrayList<>();
            compare("expires", from.expires(), to.expires(), lines);
            compare("for", from.recipients(), to.recipients(), lines);
            List<String> before = from.lines();
            List<String> after = to.lines();
            Patch<String> patch = DiffUtils.diff(before, after, algorithm(before.size() + after.size()));
            lines.addAll(UnifiedDiffUtils.generateUnifiedDiff(from.name(), to.name(), before, patch, CONTEXT));
            if (lines.isEmpty() && !from.content().equals(to.content())) {
                lines.add("Only white space or line ends differ");
            }
            return new Difference(from, to, lines);
        }

        /** The usual algorithm shows removed lines first, but its memory grows with the square of the number of lines. */
        private static DiffAlgorithmI<String> algorithm(int lines) {
            return lines > FEW_LINES ? new MeyersDiffWithLinearSpace<>() : new MeyersDiff<>();
        }

        private static void compare(String what, String from, String to, List<String> lines) {
            if (!from.equals(to)) {
                lines.add(what + ": " + from + " -> " + to);
            }
        }
    }

    static final Columns<Difference> DIFFERENCE = Columns.fields(List.of(
            Column.field(
                    "from", "what is compared", difference -> difference.from().name()),
            Column.field("to", difference -> difference.to().name()),
            Column.field(
                    "differs",
                    "whether anything differs",
                    difference -> !difference.lines().isEmpty()),
            Column.field(
                    "lines",
                    "expiry and predicates if they differ, then the content in the format of diff -u",
                    Difference::lines)));

    @Option(name = FROM, description = "Version to compare: by default the one before; the newest with --file.")
    @Completion(VersionCompleter.class)
    private String from = "";

    @Option(name = TO, description = "Version to compare with: by default the newest.")
    @Completion(VersionCompleter.class)
    private String to = "";

    @Option(name = FILE, description = "File to compare with, instead of a version.")
    @Completion(FileCompleter.class)
    private String file = "";

    @Argument(index = 2, name = "options", multiValued = true, description = "Options may stand here, too")
    @Completion(VersionCompleter.class)
    private List<String> rest = new ArrayList<>();

    @Override
    void run(Services services, ConfigServer server) throws IOException, CommandException {
        Arguments typed = behind(rest, Set.of(FROM, TO, FILE));
        json |= typed.flags().contains(JSON);
        from = typed.values().getOrDefault(FROM, from);
        to = typed.values().getOrDefault(TO, to);
        file = typed.values().getOrDefault(FILE, file);
        if (!file.isEmpty() && !to.isEmpty()) {
            throw new IllegalArgumentException("Use either " + FILE + " or " + TO);
        }
        Difference difference = difference(server.store().current());
        if (json) {
            print(DIFFERENCE.json(difference));
        } else if (difference.lines().isEmpty()) {
            println("No difference between " + difference.from().name() + " and "
                    + difference.to().name());
        } else {
            difference.lines().forEach(this::println);
        }
    }

    private Difference difference(SignedRepository repository) throws IOException {
        ConfigPath path = known(repository, path());
        List<PublishedConfig> versions = repository.versions(path);
        PublishedConfig newest = to.isEmpty() ? versions.get(0) : repository.version(path, number(TO, to));
        if (file.isEmpty()) {
            return Difference.of(
                    Side.of(from.isEmpty() ? before(newest, versions) : version(repository)), Side.of(newest));
        }
        Side published = Side.of(from.isEmpty() ? newest : version(repository));
        return Difference.of(
                published,
                new Side(
                        file,
                        ConfigPublishCommand.content(Path.of(file)),
                        published.expires(),
                        published.recipients()));
    }

    private PublishedConfig version(SignedRepository repository) {
        return repository.version(path(), number(FROM, from));
    }

    private static PublishedConfig before(PublishedConfig newest, List<PublishedConfig> versions) {
        return versions.stream()
                .filter(config -> config.version() < newest.version())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        name(newest.path()) + " has no version before " + newest.version() + " to compare with"));
    }
}
