// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.karst.ability.Ability;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
import io.karst.resource.MapResource;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import io.karst.testing.HostileText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.osgi.framework.FrameworkUtil;

class ReportTest {
    private static final Instant BEGIN = Instant.parse("2026-03-01T09:00:00Z");
    private static final List<ContentionSnapshot> HISTORY = List.of(
            step(0, Samples.lasting(1, LockKind.HASH_BUCKET, 1_000, 20)),
            step(10, Samples.lasting(1, LockKind.HASH_BUCKET, 2, 1)),
            step(30, Samples.lasting(1, LockKind.FREELIST, 5, 1)));

    private static ContentionSnapshot step(int second, LockWaits... locks) {
        return step(second, 10, locks);
    }

    private static ContentionSnapshot step(int second, int seconds, LockWaits... locks) {
        ContentionSnapshot sample = Samples.snapshot(locks);
        return new ContentionSnapshot(
                BEGIN.plusSeconds(second),
                BEGIN.plusSeconds(second + seconds),
                sample.perKind(),
                List.of(),
                sample.lost(),
                List.of());
    }

    private static Report report(String name) {
        MapResource map = TopSamples.map(4_295, name, name, name, name);
        LocksView view = TopSamples.reading(
                        List.of(map),
                        List.of(TopSamples.waits(map, LockKind.VALUE_SPIN_LOCK, 202_045, 124)),
                        List.of(TopSamples.waits(map, LockKind.VALUE_SPIN_LOCK, 3_623_230, 2_910)))
                .locks()
                .orElseThrow()
                .view(TopSamples.CHOICE);
        StageReport failed = new StageReport(
                1,
                "initialize",
                "io.karst.initialize",
                StageState.FAILED,
                Instant.EPOCH,
                Duration.ZERO,
                List.of(),
                Optional.of(name));
        return new Report(
                Instant.parse("2026-03-01T10:00:00Z"),
                Optional.of(view),
                "",
                Optional.of(HISTORY),
                List.of(List.of("Stage"), List.of(name)),
                List.of(failed),
                List.of(new Ability("check", false, name, name, name)),
                List.of(List.of("What", "Version"), List.of("Host", name)),
                List.of(List.of("PID", "Setting", "Value"), List.of("io.karst.x", name, name)));
    }

    /** What is left without any text: tags, attributes and their order. */
    private static String structure(String html) {
        return html.replaceAll(">[^<]*<", "><").replaceAll("aria-label=\"[^\"]*\"", "");
    }

    @Test
    void hasAllThatIsAskedForFirst() {
        String html = report("flow_table").html();
        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("flow_table (flow_table, value spin lock) is the only hot lock")
                .contains("<p>What to change: Do less while a lock is held.")
                .contains("<h2>Hottest locks</h2>", "<h2>The last minute</h2>", "<h2>Stages</h2>", "<h2>Checks</h2>")
                .contains("<h2>Versions</h2>", "<h2>Settings</h2>")
                .contains("0 of 1 checks passed")
                .contains("class=\"line line0\" points=\"")
                .contains("resilient locks with two CPUs");
    }

    @Test
    void needsNothingElse() {
        String html = report("flow_table").html();
        assertThat(html)
                .contains("content=\"default-src 'none'; style-src 'unsafe-inline'\"")
                .doesNotContain("<script", "<img", "<link", "href=", "src=", "@import", "url(");
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileNamesAddNoMarkup(String name) {
        String html = report(name).html();
        assertThat(structure(html)).isEqualTo(structure(report("harmless").html()));
        assertThat(html.lines()).allSatisfy(HostileText::assertHarmless);
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(html)).isTrue();
    }

    @Test
    void withoutTheTracerItSaysSo() {
        String html = new Report(
                        Instant.EPOCH,
                        Optional.empty(),
                        "Stage lock-tracer failed: <no BTF>. See karst:flow",
                        Optional.empty(),
                        List.of(List.of("Stage")),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of())
                .html();
        assertThat(html)
                .contains("Contention could not be read: Stage lock-tracer failed: &lt;no BTF&gt;. See karst:flow")
                .doesNotContain("Hottest locks", "Waits by duration")
                .contains("No stage is known", "Everything has its default");
    }

    @Test
    void aMinuteThatNobodyReadIsNotDrawnAsQuiet() {
        String unread = new MinuteChart(List.of(), List.of()).svg();
        assertThat(unread).contains("The counters were not read in the last minute");
    }

    @Test
    void theHeatMapHasAShadeForEachNumberAndShowsWhatNobodyRead() {
        String heat = new DurationHeat(HISTORY).svg();
        assertThat(heat)
                .as("three columns of 40 s, of which the steps fill all")
                .contains("class=\"heat5\" d=\"M60.0 10.0h219.0v11.0h-219.0z\"")
                .contains(
                        "class=\"heat1\" d=\"M280.0 ",
                        "09:00:00",
                        "09:00:20",
                        "09:00:40",
                        ">1.02 ",
                        "at most 1,001 in");
        List<ContentionSnapshot> gap = new ArrayList<>(HISTORY);
        gap.add(step(3_000));
        assertThat(new DurationHeat(gap).svg()).contains("class=\"unread\" x=\"225.0\"");
    }

    /** Steps that are longer or shorter than a column leave none empty. */
    @Test
    void theWaitsOfAStepAreSpreadOverItsColumns() {
        List<ContentionSnapshot> steps = new ArrayList<>();
        for (int second = 0; second < 30; second += 3) {
            steps.add(step(second, 1, Samples.lasting(1, LockKind.HASH_BUCKET, 1_000, 1)));
            steps.add(step(second + 1, 2, Samples.lasting(1, LockKind.HASH_BUCKET, 2_000, 1)));
        }
        String heat = new DurationHeat(steps).svg();
        assertThat(heat).contains("at most 1,500 in").doesNotContain("unread");
        assertThat(heat.lines()
                        .filter(line -> line.startsWith("<path class=\"heat5\""))
                        .flatMap(line -> Arrays.stream(line.split("M", -1)).skip(1)))
                .hasSize(20);
    }

    @Test
    void aQuietHistoryIsNotAnEmptyOne() {
        assertThat(new DurationHeat(List.of()).svg()).contains("The history is empty");
        assertThat(new DurationHeat(List.of(step(0))).svg())
                .contains("No lock was waited for from 09:00:00 to 09:00:10 (UTC)");
    }

    @ParameterizedTest
    @CsvSource({"0.93, 1", "1, 1", "1.2, 2", "3, 5", "7, 10", "0.031, 0.05", "140, 200"})
    void theScaleEndsInARoundNumber(double value, double top) {
        assertThat(MinuteChart.scale(value)).isCloseTo(top, offset(1e-9));
    }

    @Test
    void settingsAreShownWithoutSecrets() {
        Map<String, Object> properties = new TreeMap<>();
        properties.put("service.pid", "io.karst.config");
        properties.put("felix.fileinstall.filename", "file:/opt/karaf/etc/io.karst.config.cfg");
        properties.put("address", "localhost:5311");
        properties.put("products", new String[] {"A", "B"});
        properties.put("interval.millis", 5000L);
        properties.put("token.file", "/etc/karst/token");
        properties.put("token", "hidden");
        properties.put("proxy.password", "hidden");
        properties.put("webhook.headers", List.of("hidden"));
        properties.put("push", "https://user:hidden@host/hidden?sig=hidden, https://hidden/");
        List<List<String>> rows = ShownSettings.rows(List.of(FrameworkUtil.asDictionary(properties)));
        assertThat(rows)
                .containsExactly(
                        List.of("io.karst.config", "address", "localhost:5311"),
                        List.of("io.karst.config", "interval.millis", "5000"),
                        List.of("io.karst.config", "products", "A, B"),
                        List.of("io.karst.config", "proxy.password", "(not shown)"),
                        List.of("io.karst.config", "push", "https://(not shown), https://(not shown)"),
                        List.of("io.karst.config", "token", "(not shown)"),
                        List.of("io.karst.config", "token.file", "/etc/karst/token"),
                        List.of("io.karst.config", "webhook.headers", "(not shown)"));
    }
}
