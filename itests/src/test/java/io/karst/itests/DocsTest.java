// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.karst.itests.Page.Block;
import io.karst.itests.Page.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;

/** README.md and the pages in docs against the files that they show. {@link DocsIT} runs their commands. */
public class DocsTest {

    private static final Path EXAMPLE = Path.of("../docs/examples/listener");
    private static final Set<String> QUOTES = Set.of("java", "xml");

    /** A block of Java or XML is a part of the file that the page linked to last. */
    @Test
    public void shownCodeIsThatOfTheExamples() throws Exception {
        Set<Path> shown = new TreeSet<>();
        for (Page page : Page.all()) {
            for (Block block : page.blocks()) {
                if (QUOTES.contains(block.language())) {
                    Path file = block.linked().orElseThrow();
                    assertTrue(
                            page.name() + ":" + block.line() + " is not in " + file,
                            Files.readString(file).contains(block.text() + "\n"));
                    shown.add(file.normalize());
                }
            }
        }
        Set<Path> files = new TreeSet<>();
        try (Stream<Path> all = Files.walk(EXAMPLE)) {
            all.filter(file -> !file.startsWith(EXAMPLE.resolve("target")))
                    .filter(file -> file.toString().matches(".*\\.(java|xml)"))
                    .forEach(file -> files.add(file.normalize()));
        }
        assertEquals(files, shown);
    }

    @Test
    public void everyCommandIsMarkedAsOne() throws Exception {
        List<String> unmarked = new ArrayList<>();
        for (Page page : Page.all()) {
            for (Block block : page.blocks()) {
                boolean prompt = block.lines().stream().anyMatch(line -> line.startsWith(Page.PROMPT.strip()));
                boolean console = block.language().equals("console");
                if (prompt != console || (console && !block.lines().get(0).startsWith(Page.PROMPT))) {
                    unmarked.add(page.name() + ":" + block.line());
                }
                assertTrue(
                        page.name() + ":" + block.line() + " is marked " + block.mark(),
                        Set.of("", "norun", "stock").contains(block.mark()));
            }
        }
        assertEquals(List.of(), unmarked);
    }

    /** With words for those who do not see it, and small, since a clone has them all. */
    @Test
    public void everyPictureIsShownWithWordsAndSmall() throws Exception {
        Path docs = Path.of("../docs");
        Set<Path> shown = new TreeSet<>();
        Matcher image = Pattern.compile("!\\[([^]]*)]\\(([^)]+)\\)").matcher(Files.readString(Path.of("../README.md")));
        while (image.find()) {
            Path file = Path.of("..", image.group(2));
            assertTrue(image.group(), image.group(1).length() > 20);
            assertTrue(file + " is too large", Files.size(file) <= 150 * 1024);
            shown.add(file.normalize());
        }
        try (Stream<Path> files = Files.list(docs.resolve("pictures"))) {
            assertEquals(new TreeSet<>(files.map(Path::normalize).toList()), shown);
        }
    }

    /** A copy of the example builds alone, against the API of this version. */
    @Test
    public void theExampleStandsAlone() throws Exception {
        String pom = Files.readString(EXAMPLE.resolve("pom.xml"));
        assertFalse(pom.contains("<parent>"));
        assertEquals(
                first("<version>(.*)</version>", Files.readString(Path.of("../pom.xml"))),
                first("<karst.version>(.*)</karst.version>", pom));
    }

    private static String first(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(pattern, matcher.find());
        return matcher.group(1);
    }

    @Test
    public void shownOutputHasToAppear() {
        String output = "published version 7; targets version 12\n\napplied by 1, refused by 0\n10:00 INFO it is: x\n";
        assertEquals(Optional.empty(), missing(output, "published version 1; targets version 2"));
        assertEquals(Optional.empty(), missing(output, "published version 1;…", "… INFO it is: …"));
        assertEquals(Optional.of("removed version 1"), missing(output, "removed version 1"));
        assertEquals(Optional.of("published version 1"), missing(output, "published version 1"));
        assertEquals(Optional.of("published …"), missing(output, "applied by 1, refused by 0", "published …"));
    }

    private static Optional<String> missing(String output, String... shown) {
        return Page.missing(new Command("x", List.of(shown)), output);
    }
}
