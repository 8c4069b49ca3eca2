// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.BeforeClass;
import org.junit.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Each settings file has a form in the web console: the metatype in the bundles' jars has all its keys, with texts and bounds. */
public class MetatypeTest {

    private static final Path BUNDLES = Path.of("..", "bundles");
    private static final Path FILES = Path.of("..", "features", "src", "main", "cfg");
    private static final Pattern KEY = Pattern.compile("(?m)^#?([a-z][a-z0-9.]*) *=");
    private static final Set<String> NUMBERS = Set.of("Integer", "Long", "Double");

    /** A text with few values, each with a word for people. */
    private static final Set<String> CHOICES = Set.of("io.karst.initialize track", "io.karst.locktracer timing");

    /** Forms by PID. */
    private static final Map<String, Element> FORMS = new TreeMap<>();

    @BeforeClass
    public static void readAllJars() throws Exception {
        try (Stream<Path> bundles = Files.list(BUNDLES)) {
            for (Path target : (Iterable<Path>)
                    bundles.map(bundle -> bundle.resolve("target")).filter(Files::isDirectory)::iterator) {
                try (Stream<Path> jars = Files.list(target)) {
                    for (Path jar :
                            (Iterable<Path>) jars.filter(file -> file.toString().endsWith(".jar"))::iterator) {
                        read(jar);
                    }
                }
            }
        }
    }

    private static void read(Path file) throws Exception {
        try (JarFile jar = new JarFile(file.toFile())) {
            for (ZipEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().matches("OSGI-INF/metatype/.*\\.xml")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        read(DocumentBuilderFactory.newDefaultInstance()
                                .newDocumentBuilder()
                                .parse(in));
                    }
                }
            }
        }
    }

    private static void read(Document document) {
        Map<String, Element> forms = new TreeMap<>();
        elements(document.getDocumentElement(), "OCD").forEach(form -> forms.put(form.getAttribute("id"), form));
        for (Element designate : elements(document.getDocumentElement(), "Designate")) {
            Element object = elements(designate, "Object").get(0);
            FORMS.put(designate.getAttribute("pid"), forms.get(object.getAttribute("ocdref")));
        }
    }

    private static List<Element> elements(Element parent, String tag) {
        NodeList found = parent.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            elements.add((Element) found.item(i));
        }
        return elements;
    }

    @Test
    public void eachFileHasAFormAndEachFormAFile() throws IOException {
        Set<String> pids = new TreeSet<>();
        try (Stream<Path> files = Files.list(FILES)) {
            files.map(file -> file.getFileName().toString().replaceFirst("\\.cfg$", ""))
                    .forEach(pids::add);
        }
        assertTrue(pids.toString(), pids.contains("io.karst.contention"));
        assertEquals(pids, FORMS.keySet());
    }

    @Test
    public void aFileAndItsFormHaveTheSameKeys() throws IOException {
        for (Map.Entry<String, Element> form : FORMS.entrySet()) {
            Matcher keys = KEY.matcher(Files.readString(FILES.resolve(form.getKey() + ".cfg")));
            Set<String> inFile = new TreeSet<>();
            while (keys.find()) {
                inFile.add(keys.group(1));
            }
            Set<String> inForm = new TreeSet<>();
            elements(form.getValue(), "AD").forEach(key -> inForm.add(key.getAttribute("id")));
            assertEquals(form.getKey(), inFile, inForm);
        }
    }

    @Test
    public void aFormSaysWhatItAsksAndItsBounds() {
        List<String> missing = new ArrayList<>();
        Set<String> choices = new TreeSet<>();
        FORMS.forEach((pid, form) -> {
            require(form, pid, List.of("name", "description"), missing);
            for (Element key : elements(form, "AD")) {
                String place = pid + " " + key.getAttribute("id");
                require(key, place, List.of("name", "description"), missing);
                if (NUMBERS.contains(key.getAttribute("type"))) {
                    require(key, place, List.of("min", "max", "default"), missing);
                }
                List<Element> options = elements(key, "Option");
                options.forEach(option -> require(option, place, List.of("label", "value"), missing));
                if (!options.isEmpty()) {
                    choices.add(place);
                }
            }
        });
        assertEquals(List.of(), missing);
        assertEquals(CHOICES, choices);
    }

    private static void require(Element element, String place, List<String> attributes, List<String> missing) {
        for (String attribute : attributes) {
            if (element.getAttribute(attribute).isBlank()) {
                missing.add(place + ": " + attribute);
            }
        }
    }
}
