// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Prints figures of the size and the shape of the main code, each with what it counts. Usage: {@code build-tools/figures
 * [--list]}; {@code --list} also names the code without a caller and the pairs of places that say the same.
 */
public final class Figures {

    /** Lines that a pair of places must have in common, without comments, imports and lone punctuation. */
    private static final int MIN_LINES = 6;

    /** How many of these must differ from each other: the rows of a table do not say the same thing twice. */
    private static final int MIN_DIFFERENT = 5;

    private static final Set<String> KEYWORDS =
            Set.of("abstract boolean break byte case catch class continue default do double"
                    .concat(" else enum extends final finally for if implements instanceof int interface long new null"
                            + " private")
                    .concat(" protected public record return static super switch synchronized this throw throws try"
                            + " void while yield")
                    .split(" "));

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:(?:static|final|sealed|non-sealed|abstract) )*(?:class|interface|record|enum|@interface) ",
            Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)\\)");
    private static final Pattern REFERENCE =
            Pattern.compile("= (?:Interface)?Methodref +\\S+ +// +(\\S+?)\\.\"?([\\w$<>]+)\"?:(\\S+)");
    private static final Pattern TYPE = Pattern.compile("io/karst/[\\w/$]+");
    private static final Pattern HEADER = Pattern.compile("^ {2}(?:this|super)_class: #\\d+ +// (\\S+)");
    private static final Pattern MEMBER = Pattern.compile("^ {2}(\\S.*?[ .])?([\\w$.]+)\\((.*)\\).*;$");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_$][\\w$]*");

    /** Annotations by whose means a framework calls a method or makes an object. */
    private static final Pattern ENTRY =
            Pattern.compile("@(?:Override|Activate|Modified|Deactivate|Reference|Init|Delegate)\\b");

    private final Path root;
    private final boolean list;

    private Figures(Path root, boolean list) {
        this.root = root;
        this.list = list;
    }

    public static void main(String[] arguments) throws IOException {
        List<String> words = List.of(arguments);
        new Figures(Path.of(words.get(0)), words.contains("--list")).print();
    }

    private void print() throws IOException {
        List<Path> sources = files(
                root.resolve("bundles"),
                path -> path.toString().contains("/src/main/java/")
                        && path.toString().endsWith(".java"));
        long lines = 0;
        for (Path source : sources) {
            lines += Files.readAllLines(source).size();
        }
        show("lines of main code", lines, "bundles/*/src/main/java, comments and blank lines included");
        show("exported types", exportedTypes(sources), "public top-level types of packages with @Export");
        tour();
        callers(sources);
        List<String> pairs = pairs(sources);
        show(
                "pairs of places that say the same",
                pairs.size(),
                "runs of " + MIN_LINES + " lines or more that are the same but for names and literals");
        names(pairs);
    }

    private static void show(String what, long number, String how) {
        System.out.printf("%-40s %6d   %s%n", what, number, how);
    }

    private void names(Collection<String> names) {
        if (list) {
            names.forEach(name -> System.out.println("    " + name));
        }
    }

    private static List<Path> files(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- exported types ----

    private static long exportedTypes(List<Path> sources) {
        Set<Path> exported = new HashSet<>();
        for (Path source : sources) {
            if (source.endsWith("package-info.java") && text(source).contains("@Export")) {
                exported.add(source.getParent());
            }
        }
        return sources.stream()
                .filter(source -> exported.contains(source.getParent()))
                .filter(source -> PUBLIC_TYPE.matcher(text(source)).find())
                .count();
    }

    // ---- the tour ----

    private void tour() throws IOException {
        Path tour = root.resolve("docs/tour.md");
        if (!Files.exists(tour)) {
            return;
        }
        Map<String, Set<String>> parts = new LinkedHashMap<>();
        String part = "";
        for (String line : Files.readAllLines(tour)) {
            if (line.startsWith("## ")) {
                part = line.substring(3);
            }
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                Path file = tour.getParent().resolve(link.group(1)).normalize();
                if (!Files.isRegularFile(file)) {
                    throw new IllegalStateException("docs/tour.md names " + link.group(1) + ", which is not there");
                }
                if (file.toString().contains("/src/") || file.toString().contains("/include/")) {
                    parts.computeIfAbsent(part, name -> new LinkedHashSet<>())
                            .add(root.relativize(file).toString());
                }
            }
        }
        parts.forEach((name, files) -> show("files: " + name, files.size(), "as docs/tour.md links them"));
    }

    // ---- code without a caller ----

    /** A class as its file tells it. */
    private static final class Type {
        private final String name;
        private final Set<String> parents = new HashSet<>();
        private final Set<String> methods = new LinkedHashSet<>();

        Type(String name) {
            this.name = name;
        }
    }

    private void callers(List<Path> sources) throws IOException {
        List<Path> classes = files(
                root.resolve("bundles"),
                path -> path.toString().contains("/target/classes/io/karst/")
                        && path.toString().endsWith(".class"));
        Map<String, Type> types = new TreeMap<>();
        Map<String, Set<String>> callersOf = new HashMap<>();
        Map<String, Set<String>> usersOf = new HashMap<>();
        for (int at = 0; at < classes.size(); at += 200) {
            List<String> call = new ArrayList<>(List.of("-v", "-p"));
            classes.subList(at, Math.min(at + 200, classes.size())).forEach(file -> call.add(file.toString()));
            read(javap(call), types, callersOf, usersOf);
        }
        Map<String, String> texts = new HashMap<>();
        for (Path source : sources) {
            String name =
                    source.toString().replaceFirst(".*/src/main/java/", "").replaceFirst("\\.java$", "");
            texts.put(name, text(source));
        }
        Map<String, Set<String>> families = families(types.values());
        Set<String> unused = new TreeSet<>();
        for (Type type : types.values()) {
            String source = texts.get(type.name.replaceFirst("\\$.*", ""));
            if (source == null) {
                continue;
            }
            if (isUnusedType(type, source, usersOf)) {
                unused.add(type.name);
                continue;
            }
            Set<String> family = families.get(type.name);
            for (String method : type.methods) {
                if (family.stream().noneMatch(owner -> callersOf.containsKey(owner + "." + method))
                        && !isEntry(type, method, source)) {
                    unused.add(type.name + "." + method);
                }
            }
        }
        show(
                "types and methods without a caller",
                unused.size(),
                "no main class refers to them, and no framework calls them");
        names(unused);
    }

    private static String javap(List<String> call) {
        java.io.StringWriter out = new java.io.StringWriter();
        java.io.PrintWriter writer = new java.io.PrintWriter(out);
        if (ToolProvider.findFirst("javap").orElseThrow().run(writer, writer, call.toArray(String[]::new)) != 0) {
            throw new IllegalStateException(out.toString());
        }
        return out.toString();
    }

    private static void read(
            String text,
            Map<String, Type> types,
            Map<String, Set<String>> callersOf,
            Map<String, Set<String>> usersOf) {
        Type type = new Type("");
        String method = "";
        for (String line : text.split("\n")) {
            Matcher header = HEADER.matcher(line);
            Matcher reference = REFERENCE.matcher(line);
            if (header.find()) {
                if (line.contains("this_class")) {
                    type = types.computeIfAbsent(header.group(1), Type::new);
                } else {
                    type.parents.add(header.group(1));
                }
            } else if (reference.find()) {
                // Of the class whose header came before; its own name follows only in the constant pool's first
                // entries.
                callersOf
                        .computeIfAbsent(
                                reference.group(1) + "." + reference.group(2) + reference.group(3),
                                key -> new HashSet<>())
                        .add(type.name);
            } else if (line.startsWith("  #") || line.matches("^ +#\\d+ = .*")) {
                Matcher used = TYPE.matcher(line.replaceFirst("^[^/]*// *", ""));
                while (used.find()) {
                    usersOf.computeIfAbsent(used.group(), key -> new HashSet<>())
                            .add(type.name);
                }
            } else if (line.startsWith("    descriptor: ") && !method.isEmpty()) {
                type.methods.add(
                        method + line.substring("    descriptor: ".length()).strip());
                method = "";
            } else if (line.startsWith("    flags:") && line.contains("ACC_SYNTHETIC")) {
                List<String> all = new ArrayList<>(type.methods);
                if (!all.isEmpty()) {
                    type.methods.remove(all.get(all.size() - 1));
                }
            } else {
                Matcher member = MEMBER.matcher(line);
                method = member.find() ? simple(member.group(2)) : line.startsWith("    ") ? method : "";
                if (line.contains(" implements ") || line.contains(" extends ")) {
                    parents(line, type);
                }
            }
        }
    }

    private static String simple(String name) {
        return name.contains(".") ? "<init>" : name;
    }

    private static void parents(String line, Type type) {
        Matcher parent =
                Pattern.compile("io\\.karst\\.[\\w.$]+").matcher(line.replaceFirst(".*? (extends|implements) ", ""));
        while (parent.find()) {
            type.parents.add(parent.group().replace('.', '/'));
        }
    }

    private static boolean isUnusedType(Type type, String source, Map<String, Set<String>> usersOf) {
        Set<String> users = new HashSet<>(usersOf.getOrDefault(type.name, Set.of()));
        users.removeIf(user -> user.equals(type.name) || user.startsWith(type.name + "$"));
        return users.isEmpty()
                && !type.name.contains("$")
                && !source.contains("@Component")
                && !source.contains("@Service")
                && !type.name.endsWith("package-info");
    }

    /** All classes that a class is related to by extending or implementing, itself included. */
    private static Map<String, Set<String>> families(Collection<Type> types) {
        Map<String, Set<String>> families = new HashMap<>();
        types.forEach(type -> families.put(type.name, new HashSet<>(Set.of(type.name))));
        for (Type type : types) {
            for (String parent : type.parents) {
                if (parent.startsWith("io/karst/") && families.containsKey(parent)) {
                    Set<String> joined = families.get(type.name);
                    Set<String> others = families.get(parent);
                    if (joined != others) {
                        joined.addAll(others);
                        others.forEach(name -> families.put(name, joined));
                    }
                }
            }
        }
        return families;
    }

    private static boolean isEntry(Type type, String method, String source) {
        String name = method.replaceFirst("\\(.*", "");
        if (Set.of("<clinit>", "values", "valueOf", "toString", "equals", "hashCode", "main")
                        .contains(name)
                || name.startsWith("lambda$")
                || name.startsWith("access$")) {
            return true;
        }
        String simple = type.name.replaceFirst(".*[/$]", "");
        String called = name.equals("<init>") ? simple : name;
        List<String> declarations = declarations(source, called);
        if (declarations.stream()
                .anyMatch(annotations -> ENTRY.matcher(annotations).find())) {
            return true;
        }
        // Not written down: a record's accessor or constructor, a default constructor.
        return declarations.isEmpty()
                || isComponentOf(simple, name, source)
                || isUnbound(name, source)
                || source.contains("@interface " + simple + " ")
                || name.equals("<init>") && isMadeByFramework(simple, source);
    }

    /** What stands before each declaration of a method or constructor of this name: its annotations. */
    private static List<String> declarations(String source, String name) {
        List<String> found = new ArrayList<>();
        StringBuilder annotations = new StringBuilder();
        for (String line : source.split("\n")) {
            String text = line.strip();
            if (text.startsWith("@")) {
                annotations.append(text).append(' ');
            } else if (text.contains(" " + name + "(") && isDeclaration(text)
                    || text.startsWith(name + "(") && text.endsWith("{")) {
                found.add(annotations.toString());
                annotations.setLength(0);
            } else if (text.endsWith(";") || text.endsWith("{") || text.endsWith("}")) {
                annotations.setLength(0);
            }
        }
        return found;
    }

    private static boolean isDeclaration(String text) {
        int bracket = text.indexOf('(');
        String before = text.substring(0, bracket);
        return !before.contains("=")
                && !before.contains(".")
                && !before.startsWith("return ")
                && !before.startsWith("new ")
                && !before.startsWith("throw ")
                && !before.startsWith("record ")
                && !before.contains(" record ");
    }

    /** A record's accessor of its own making. */
    private static boolean isComponentOf(String record, String name, String source) {
        return Pattern.compile("record " + record + "(?:<[^(]*>)?\\([^{]*\\b" + name + "[,)]")
                .matcher(source)
                .find();
    }

    /** Called by Declarative Services when a service goes: named by the reference, or as its bind method with "remove". */
    private static boolean isUnbound(String name, String source) {
        return source.contains("unbind = \"" + name + "\"")
                || name.startsWith("remove")
                        && declarations(source, name.replaceFirst("remove", "add")).stream()
                                .anyMatch(annotations -> annotations.contains("@Reference"));
    }

    private static boolean isMadeByFramework(String simple, String source) {
        return source.contains("@Service")
                || source.contains("public " + simple + "()") && source.contains("@Component")
                || source.contains("record " + simple)
                || source.contains("enum " + simple)
                || declarations(source, simple).isEmpty()
                || source.contains("private " + simple + "()");
    }

    // ---- said twice ----

    /** A line that says something, and where it stands. */
    private record Line(String text, int number) {}

    private List<String> pairs(List<Path> sources) throws IOException {
        Map<String, List<int[]>> places = new HashMap<>();
        List<List<Line>> all = new ArrayList<>();
        for (Path source : sources) {
            List<Line> lines = significant(source);
            for (int at = 0; at + MIN_LINES <= lines.size(); at++) {
                StringBuilder window = new StringBuilder();
                Set<String> different = new HashSet<>();
                for (Line line : lines.subList(at, at + MIN_LINES)) {
                    window.append(line.text()).append('\n');
                    different.add(line.text());
                }
                if (different.size() < MIN_DIFFERENT) {
                    continue;
                }
                places.computeIfAbsent(window.toString(), key -> new ArrayList<>())
                        .add(new int[] {all.size(), at});
            }
            all.add(lines);
        }
        Set<String> pairs = new TreeSet<>();
        for (List<int[]> same : places.values()) {
            for (int i = 0; i < same.size(); i++) {
                for (int j = i + 1; j < same.size(); j++) {
                    addPair(pairs, sources, all, same.get(i), same.get(j));
                }
            }
        }
        return List.copyOf(pairs);
    }

    /** Adds the two places if they are where a common run begins. */
    private void addPair(Set<String> pairs, List<Path> sources, List<List<Line>> all, int[] one, int[] other) {
        List<Line> left = all.get(one[0]);
        List<Line> right = all.get(other[0]);
        boolean goesOn = one[1] > 0
                && other[1] > 0
                && left.get(one[1] - 1).text().equals(right.get(other[1] - 1).text());
        if (!goesOn) {
            pairs.add(root.relativize(sources.get(one[0])) + ":"
                    + left.get(one[1]).number() + " ~ " + root.relativize(sources.get(other[0])) + ":"
                    + right.get(other[1]).number());
        }
    }

    /** Without comments, imports, annotations and lone punctuation; names are alike, and so are literals. */
    private static List<Line> significant(Path source) throws IOException {
        List<Line> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(source);
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at).strip();
            boolean says = NAME.matcher(line).find()
                    && !line.startsWith("*")
                    && !line.startsWith("/")
                    && !line.startsWith("@")
                    && !line.startsWith("import ")
                    && !line.startsWith("package ");
            if (says) {
                String literals =
                        line.replaceAll("\"(?:[^\"\\\\]|\\\\.)*\"", "\"\"").replaceAll("\\b\\d[\\w.]*", "0");
                String shape =
                        NAME.matcher(literals).replaceAll(name -> KEYWORDS.contains(name.group()) ? name.group() : "x");
                found.add(new Line(shape, at + 1));
            }
        }
        return found;
    }
}
