// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.BeforeClass;
import org.junit.Test;

/** The alert rules in docs/prometheus, judged by promtool. */
public class PrometheusRulesTest {

    private static final Path RULES = Path.of("../docs/prometheus/karst.rules.yml");
    private static final Path CASES = Path.of("../docs/prometheus/karst.rules.test.yml");

    private static String promtool;

    @BeforeClass
    public static void fetch() throws Exception {
        promtool = programs().resolve("promtool").toString();
    }

    /** Where Debian's Prometheus is unpacked, at the first call. */
    static Path programs() throws Exception {
        return RunningKaraf.debianPrograms("", "promtool", "prometheus", "promtool"); // two packages since Debian 13
    }

    @Test
    public void rulesAreValid() throws Exception {
        String output = RunningKaraf.output(Path.of("."), promtool, "check", "rules", RULES.toString());
        assertTrue(output, output.contains("rules found"));
    }

    @Test
    public void alertsFireAndAreQuietAsTheCasesSay() throws Exception {
        String output = RunningKaraf.output(Path.of("."), promtool, "test", "rules", CASES.toString());
        assertTrue(output, output.contains("SUCCESS"));
    }

    @Test
    public void eachAlertHasACaseOfBothKinds() throws IOException {
        Set<String> alerts = all(RULES, "- alert: (\\w+)\n");
        assertTrue(alerts.toString(), alerts.size() > 5);
        assertEquals(alerts, all(CASES, "alertname: (\\w+)\n +exp_alerts:"));
        assertEquals(alerts, all(CASES, "alertname: (\\w+)\n(?! +exp_alerts:)"));
    }

    private static Set<String> all(Path file, String pattern) throws IOException {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file) + "\n");
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}
