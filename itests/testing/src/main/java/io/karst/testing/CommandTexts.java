// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;

/**
 * What {@code --help} and docs/commands.md say about a command: compared with its columns, because neither is generated. A
 * failure says what the text has to be.
 *
 * @param action class of the command
 * @param tables its columns, in the order of the field tables in docs/commands.md
 */
public record CommandTexts(Class<?> action, List<Columns<?>> tables) {
    private static final Path PAGE = Path.of("..", "..", "docs", "commands.md");
    /** Characters on a line of 80, which Karaf indents by 8. */
    private static final int WIDTH = 72;

    private static final Pattern SECTION = Pattern.compile("(?m)^## ");
    private static final Pattern FIELD_TABLE = Pattern.compile("(?m)^\\| field .*\n\\|-.*\n((?:\\|.*\n)+)");
    private static final Pattern FIELD = Pattern.compile("`(\\w+)`");
    private static final Pattern OPTION = Pattern.compile("--[a-z-]+");

    /** Fields that share a description, and their description. */
    private record FieldRow(List<String> names, String meaning) {
        @Override
        public String toString() {
            return "| `" + String.join("`, `", names) + "` | (type) | " + meaning + " |";
        }
    }

    /** Fails unless these are all commands of their bundle: a new one has a help with examples, too. */
    public static void areComplete(List<CommandTexts> texts) throws IOException, URISyntaxException {
        Class<?> any = texts.get(0).action;
        Path classes =
                Path.of(any.getProtectionDomain().getCodeSource().getLocation().toURI());
        Set<String> all = new TreeSet<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    (Iterable<Path>) files.filter(each -> each.toString().endsWith(".class"))::iterator) {
                String name = classes.relativize(file).toString().replace('/', '.');
                Class<?> type = load(name.substring(0, name.length() - ".class".length()), any.getClassLoader());
                if (type.isAnnotationPresent(Command.class)) {
                    all.add(type.getName());
                }
            }
        }
        Set<String> tested = texts.stream().map(text -> text.action.getName()).collect(Collectors.toSet());
        require(tested.equals(all), "The commands of this bundle are " + all + ", tested are " + tested);
    }

    private static Class<?> load(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails unless the help has each column, and at least two examples whose options exist. */
    public void helpFollowsTheColumns() throws IOException {
        String file = "help/" + command().name() + ".txt";
        require(
                command().detailedDescription().equals("classpath:" + file),
                action + " has to print classpath:" + file);
        String help = read(file);
        List<String> texts = tables.stream().map(CommandTexts::help).toList();
        require(texts.stream().allMatch(help::contains), file + " has to contain:\n" + String.join("\n", texts));
        help.lines()
                .forEach(line -> require(
                        line.matches("\\p{ASCII}{0," + WIDTH + "}"),
                        file + ": more than " + WIDTH + " characters, or not ASCII: " + line));

        List<String> examples = help.lines()
                .filter(line -> line.startsWith("  karst:" + command().name()))
                .toList();
        require(examples.size() >= 2, file + " has to show two examples");
        Set<String> options = options();
        examples.stream()
                .flatMap(example -> OPTION.matcher(example).results())
                .map(MatchResult::group)
                .forEach(option -> require(options.contains(option), file + " shows an unknown option: " + option));
    }

    /** Fails unless the field tables of docs/commands.md have the same fields and descriptions, in the same order. */
    public void documentationFollowsTheColumns() throws IOException {
        List<List<FieldRow>> expected =
                tables.stream().map(CommandTexts::fieldRows).toList();
        require(
                documented().equals(expected),
                PAGE + ", section karst:" + command().name() + ", has to contain:\n"
                        + expected.stream()
                                .map(rows ->
                                        rows.stream().map(FieldRow::toString).collect(Collectors.joining("\n")))
                                .collect(Collectors.joining("\n\n")));
    }

    @Override
    public String toString() {
        return "karst:" + command().name();
    }

    private static void require(boolean right, String message) {
        if (!right) {
            throw new AssertionError(message);
        }
    }

    private Command command() {
        return Objects.requireNonNull(action.getAnnotation(Command.class));
    }

    private String read(String resource) throws IOException {
        try (InputStream stream = action.getClassLoader().getResourceAsStream(resource)) {
            require(stream != null, resource + " is missing");
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Set<String> options() {
        return Stream.<Class<?>>iterate(action, Objects::nonNull, Class::getSuperclass)
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .map(field -> field.getAnnotation(Option.class))
                .filter(Objects::nonNull)
                .map(Option::name)
                .collect(Collectors.toSet());
    }

    /** The columns of a table as text, with the names on the left and the descriptions wrapped on the right. */
    private static String help(Columns<?> table) {
        int heading = width(table, "Column", Column::heading);
        int name = width(table, "JSON field", Column::jsonName);
        String format = (heading == 0 ? "%s" : "%-" + heading + "s  ") + "%-" + name + "s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, format, heading == 0 ? "" : "Column", "JSON field", "Meaning"));
        for (List<Column<?>> group : groups(table)) {
            List<String> meaning = wrap(
                    group.get(0).description(),
                    WIDTH - String.format(Locale.ROOT, format, "", "", "").length());
            for (int i = 0; i < Math.max(group.size(), meaning.size()); i++) {
                lines.add(String.format(
                                Locale.ROOT,
                                format,
                                i < group.size() ? group.get(i).heading() : "",
                                i < group.size() ? group.get(i).jsonName() : "",
                                i < meaning.size() ? meaning.get(i) : "")
                        .stripTrailing());
            }
        }
        return String.join("\n", lines) + "\n";
    }

    /** Width of a column of the help; 0 if it would be empty. */
    private static int width(Columns<?> table, String title, Function<Column<?>, String> text) {
        int longest = table.all().stream()
                .mapToInt(column -> text.apply(column).length())
                .max()
                .orElse(0);
        return longest == 0 ? 0 : Math.max(title.length(), longest);
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line);
                line = word;
            } else {
                line = line.isEmpty() ? word : line + " " + word;
            }
        }
        lines.add(line);
        return lines;
    }

    /** A column without a description belongs to the one before. */
    private static List<List<Column<?>>> groups(Columns<?> table) {
        List<List<Column<?>>> groups = new ArrayList<>();
        for (Column<?> column : table.all()) {
            if (!column.description().isEmpty()) {
                groups.add(new ArrayList<>());
            }
            require(!groups.isEmpty(), "The first column has no description: " + column.jsonName());
            groups.get(groups.size() - 1).add(column);
        }
        return groups;
    }

    private static List<FieldRow> fieldRows(Columns<?> table) {
        return groups(table).stream()
                .map(group -> new FieldRow(
                        group.stream()
                                .map(Column::jsonName)
                                .filter(name -> !name.isEmpty())
                                .toList(),
                        group.get(0).description()))
                .filter(row -> !row.names().isEmpty())
                .toList();
    }

    /** The field tables in the command's section. */
    private List<List<FieldRow>> documented() throws IOException {
        return SECTION.splitAsStream(Files.readString(PAGE))
                .filter(section -> section.matches("(?s)karst:" + command().name() + "[ \n].*"))
                .flatMap(section -> FIELD_TABLE.matcher(section).results())
                .map(table -> table.group(1)
                        .lines()
                        .map(line -> documented(line.split(" ?\\| ?", -1)))
                        .toList())
                .toList();
    }

    /** Cells of a line: nothing, names, type, meaning. Marks of Markdown are left out. */
    private static FieldRow documented(String... cells) {
        return new FieldRow(
                FIELD.matcher(cells[1]).results().map(field -> field.group(1)).toList(),
                cells[3].replace("`", "").replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1"));
    }
}
