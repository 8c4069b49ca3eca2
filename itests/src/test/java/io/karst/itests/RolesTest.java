// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Test;

/**
 * Who may run which command. Karaf writes the file with the roles once, and an upgrade does not change it: so it gives commands that a later
 * version brings to viewers, except those whose names begin like the ones that change something or write files. A command that does needs
 * such a name, and a line here.
 */
public class RolesTest {

    private static final Path BUNDLES = Path.of("..", "bundles");
    private static final Path FEATURES = Path.of("../features/src/main/feature/feature.xml");
    private static final Pattern COMMANDS = Pattern.compile("io\\.karst\\.command:List<String>=\"([^\"]*)\"");
    private static final Pattern ROLES =
            Pattern.compile("(?s)<config name=\"org\\.apache\\.karaf\\.command\\.acl\\.karst\">(.*?)</config>");

    /** Commands for admin only; all others are for viewers, too. */
    private static final Set<String> ADMIN = Set.of(
            "cleanup",
            "config-client",
            "config-diff",
            "config-export",
            "config-keys",
            "config-publish",
            "config-remove",
            "config-rollback",
            "config-show",
            "config-trust",
            "config-verify",
            "demo",
            "report");

    @Test
    public void everyCommandHasItsRoles() throws IOException {
        Map<String, String> rules = rules();
        Set<String> admin = new TreeSet<>();
        for (String command : commands()) {
            String roles = roles(rules, command);
            assertTrue(
                    command + ": " + roles,
                    Set.of("admin", "viewer, manager, admin").contains(roles));
            if (roles.equals("admin")) {
                admin.add(command);
            }
        }
        Set<String> expected = new TreeSet<>(ADMIN);
        expected.retainAll(commands());
        assertEquals(expected, admin);
    }

    @Test
    public void whatALaterVersionBringsIsNotHidden() throws IOException {
        Map<String, String> rules = rules();
        assertEquals("viewer, manager, admin", roles(rules, "brand-new"));
        assertEquals("admin", roles(rules, "config-brand-new"));
        assertEquals("admin", roles(rules, "admin-brand-new"));
    }

    /** As Karaf does: an exact name, otherwise the longest pattern with a star at its end. */
    private static String roles(Map<String, String> rules, String command) {
        String exact = rules.get(command);
        Optional<String> pattern = rules.keySet().stream()
                .filter(key -> key.endsWith("*") && command.startsWith(key.substring(0, key.length() - 1)))
                .max(Comparator.comparingInt(String::length));
        return exact == null ? pattern.map(rules::get).orElseThrow() : exact;
    }

    private static Map<String, String> rules() throws IOException {
        Matcher config = ROLES.matcher(Files.readString(FEATURES));
        assertTrue(config.find());
        Map<String, String> rules = new TreeMap<>();
        config.group(1)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.split(" = ", 2))
                .forEach(rule -> rules.put(rule[0], rule[1]));
        return rules;
    }

    private static Set<String> commands() throws IOException {
        Set<String> commands = new TreeSet<>();
        try (Stream<Path> bundles = Files.list(BUNDLES)) {
            for (Path bnd : (Iterable<Path>)
                    bundles.map(bundle -> bundle.resolve("bnd.bnd")).filter(Files::isRegularFile)::iterator) {
                COMMANDS.matcher(Files.readString(bnd))
                        .results()
                        .forEach(found -> commands.addAll(List.of(found.group(1).split(",", -1))));
            }
        }
        assertTrue(commands.toString(), commands.containsAll(Set.of("flow", "demo", "config-publish")));
        return commands;
    }
}
