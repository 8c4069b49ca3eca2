// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.karst.itests.Page.Block;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;

/** README.md and the pages in docs against the files that they show. */
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
}
