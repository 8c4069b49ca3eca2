// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.metrics.Metric;
import io.karst.metrics.Metric.Histogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard, the alert rules and the page about metrics against what is exported. */
class DocumentsTest {

    private static final Path DOCS = Path.of("../../docs");
    private static final Pattern METRIC = Pattern.compile("\\bkarst_[a-z0-9_]+");

    private final JsonObject dashboard;

    DocumentsTest() throws IOException {
        dashboard = JsonParser.parseString(Files.readString(DOCS.resolve("grafana/karst.json")))
                .getAsJsonObject();
    }

    /** Names as queries write them. */
    private static Set<String> exported() {
        Set<String> names = new TreeSet<>();
        for (Metric metric : Exposition.of(Everything.readings())) {
            names.add(metric.name());
            if (metric instanceof Histogram) {
                names.addAll(List.of(metric.name() + "_bucket", metric.name() + "_sum", metric.name() + "_count"));
            }
        }
        names.add("karst_self_scrape_bytes"); // only Prometheus gets it
        return names;
    }

    private static Set<String> metrics(String text) {
        Set<String> names = new TreeSet<>();
        METRIC.matcher(text).results().map(MatchResult::group).forEach(names::add);
        return names;
    }

    private List<JsonObject> panels() {
        List<JsonObject> panels = new ArrayList<>();
        dashboard.getAsJsonArray("panels").forEach(panel -> panels.add(panel.getAsJsonObject()));
        assertThat(panels).hasSizeGreaterThan(10);
        return panels;
    }

    private static List<JsonObject> targets(JsonObject panel) {
        List<JsonObject> targets = new ArrayList<>();
        JsonArray all = panel.has("targets") ? panel.getAsJsonArray("targets") : new JsonArray();
        all.forEach(target -> targets.add(target.getAsJsonObject()));
        return targets;
    }

    @Test
    void thePageListsWhatIsExported() throws IOException {
        Set<String> listed = new TreeSet<>();
        Files.readString(DOCS.resolve("metrics.md"))
                .lines()
                .filter(line -> line.startsWith("| `karst_"))
                .forEach(line -> listed.addAll(metrics(line.substring(0, line.indexOf('|', 1)))));
        Set<String> names = exported();
        names.removeIf(name -> name.matches("karst_lock_wait_seconds_(bucket|sum|count)"));
        assertThat(listed).isEqualTo(names);
    }

    @Test
    void rulesAskForWhatIsExported() throws IOException {
        for (String file : List.of("karst.rules.yml", "karst.rules.test.yml")) {
            assertThat(exported())
                    .as(file)
                    .containsAll(
                            metrics(Files.readString(DOCS.resolve("prometheus").resolve(file))));
        }
    }

    @Test
    void theDashboardAsksForWhatIsExported() {
        Set<String> asked = new TreeSet<>();
        for (JsonObject panel : panels()) {
            targets(panel)
                    .forEach(target -> asked.addAll(metrics(target.get("expr").getAsString())));
        }
        for (JsonElement variable : dashboard.getAsJsonObject("templating").getAsJsonArray("list")) {
            asked.addAll(metrics(variable.toString()));
        }
        assertThat(asked).contains("karst_lock_wait_seconds", "karst_lock_wait_seconds_bucket", "karst_up");
        assertThat(exported()).containsAll(asked);
    }

    @Test
    void everyQueryGoesToTheChosenDataSource() {
        for (JsonObject panel : panels()) {
            for (JsonObject target : targets(panel)) {
                assertThat(target.getAsJsonObject("datasource").get("uid").getAsString())
                        .as(panel.get("title").getAsString())
                        .isEqualTo("${datasource}");
            }
            assertThat(targets(panel).stream()
                            .map(target -> target.get("refId").getAsString())
                            .toList())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void everyPanelHasAQueryATitleAndAUnit() {
        for (JsonObject panel : panels()) {
            assertThat(panel.get("title").getAsString()).isNotBlank();
            if (!panel.get("type").getAsString().equals("row")) {
                assertThat(targets(panel)).isNotEmpty();
                assertThat(panel.getAsJsonObject("fieldConfig")
                                .getAsJsonObject("defaults")
                                .get("unit")
                                .getAsString())
                        .isNotBlank();
            }
        }
    }

    @Test
    void panelsHaveTheirOwnIdsAndPlaces() {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonObject panel : panels()) {
            assertThat(ids.add(panel.get("id").getAsInt()))
                    .as("id of %s", panel.get("title"))
                    .isTrue();
            JsonObject place = panel.getAsJsonObject("gridPos");
            int right = place.get("x").getAsInt() + place.get("w").getAsInt();
            int bottom = place.get("y").getAsInt() + place.get("h").getAsInt();
            assertThat(right).isLessThanOrEqualTo(24);
            for (int x = place.get("x").getAsInt(); x < right; x++) {
                for (int y = place.get("y").getAsInt(); y < bottom; y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("%s lies alone", panel.get("title"))
                            .isTrue();
                }
            }
        }
    }
}
