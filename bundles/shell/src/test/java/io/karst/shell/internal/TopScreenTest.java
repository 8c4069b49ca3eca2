// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
import io.karst.resource.MapResource;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopScreenTest {
    private static final Top TOP = Top.of(TopSamples.CHOICE).read(TopSamples.reading());
    private static final String RAMP_12 = "\u2581\u2581\u2582\u2583\u2584\u2584\u2585\u2586\u2586\u2587\u2588\u2588";
    private static final String RAMP_30 =
            "\u2581\u2581\u2581\u2581\u2582\u2582\u2582\u2582\u2583\u2583\u2583\u2584\u2584\u2584\u2584"
                    + "\u2585\u2585\u2585\u2585\u2586\u2586\u2586\u2587\u2587\u2587\u2587\u2588\u2588\u2588\u2588";

    @Test
    void fillsATerminalOf80Columns() {
        assertThat(text(screen(TOP, 80, 24)))
                .containsExactly(
                        "karst:top  host, 2 CPUs                                      10:01:00, every 1 s",
                        "CPU time lost  3.1 % in waits, last minute |" + RAMP_30 + "|",
                        "Lost events    stale_note 3",
                        "Not measured   resilient locks with two CPUs: the first waiter is not traced, ..",
                        "Karst itself   0.25 % of a CPU in the kernel, 0.31 % in Java, 64.0 KiB of maps",
                        "",
                        "load_values (array, value spin lock) is the only hot lock: 202,045 waits in 2 s,",
                        "3.1 % of both CPUs. Taken by program load_spin_lock (id 4295), loaded by java",
                        "(pid 17308).",
                        "",
                        "Map          Lock              Now/s     Now %      Waits    Total  Last minute",
                        "load_values  value ..n lock  101,023     3.1 !  3,623,230   2.91 s  " + RAMP_12,
                        "sessions     freeze                0  asleep            1  12.0 ms",
                        "sessions     hash bucket           2       0       40,123  12.0 ms",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        "",
                        " q quit  ? help  Enter map  < > sort  / filter  f freeze  d deleted  i details");
    }

    @Test
    void isUsableInASmallTerminal() {
        assertThat(text(screen(TOP, 40, 10)))
                .containsExactly(
                        "karst:top            10:01:00, every 1 s",
                        "load_values (array, value spin lock) i..",
                        "Map          Lock                Now %",
                        "load_values  value spin lock     3.1 !",
                        "sessions     freeze           asleep",
                        "sessions     hash bucket           0",
                        "",
                        "",
                        "",
                        " q quit  ? help  Enter map  < > sort  ..");
    }

    @Test
    void showsMoreInALargeTerminal() {
        List<String> lines = text(screen(TOP, 200, 60));

        assertThat(lines)
                .anySatisfy(line -> assertThat(line.replaceAll(" +", " "))
                        .isEqualTo("Map Id Type Lock Now/s Now % Waits Total Average p50 p99 Max Last minute Owners"));
        assertThat(lines).anySatisfy(line -> assertThat(line).contains("load_spin_lock (prog 4295) +1"));
    }

    @ParameterizedTest(name = "{0}x{1}")
    @CsvSource({"80,24", "40,10", "200,60", "120,40", "20,5", "3,3", "2,2", "1,1", "80,1"})
    void noPageIsWiderOrHigherThanTheTerminal(int width, int height) {
        String hostile = "\u001b[2J\u202e\u4f60\u597d\ud83d\ude00\n\u0301" + "x".repeat(300);
        MapResource map = TopSamples.map(1, hostile, hostile, hostile, hostile);
        List<LockWaits> waits = List.of(TopSamples.waits(map, LockKind.HASH_BUCKET, 1_000_000, 999));
        Top bad = Top.of(TopSamples.CHOICE).read(TopSamples.reading(List.of(map), waits, waits));
        List<Top> tops = List.of(
                TOP,
                bad,
                Top.of(TopSamples.CHOICE),
                Top.of(TopSamples.CHOICE).read(TopSamples.reading(500)),
                TOP.read(TopSamples.failed(hostile)));
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.US_ASCII)) {
            for (Top top : tops) {
                for (String key : List.of("x", "?", "i", "\r", "/")) {
                    Top pressed = key.equals("\r") ? press(top, TopKey.Name.ENTER) : press(top, key);
                    List<AttributedString> lines =
                            new TopScreen(pressed, width, height, look(charset, true, hostile)).lines();
                    assertThat(lines).hasSize(height);
                    assertThat(lines).allSatisfy(line -> {
                        assertThat(line.columnLength()).isLessThanOrEqualTo(width);
                        assertThat(line.toString()).doesNotContain("\u001b", "\u202e", "\n");
                        assertThat(charset.newEncoder().canEncode(line.toString()))
                                .isTrue();
                    });
                }
            }
        }
    }

    @Test
    void hotRowsAreRedAndMarkedAndTheSelectedOneIsInverse() {
        List<AttributedString> lines =
                screen(press(TOP, TopKey.Name.DOWN), 80, 24).lines();
        AttributedString hot = row(lines, "load_values  ");
        AttributedString selected = row(lines, "sessions");

        assertThat(hot.toString()).contains(" !");
        assertThat(hot.styleAt(0)).isEqualTo(AttributedStyle.BOLD.foreground(AttributedStyle.RED));
        assertThat(selected.styleAt(0)).isEqualTo(AttributedStyle.DEFAULT.inverse());
        assertThat(selected.columnLength()).isEqualTo(80);
        List<AttributedString> plain = new TopScreen(
                        press(TOP, TopKey.Name.DOWN), 80, 24, look(StandardCharsets.UTF_8, false, "host"))
                .lines();
        assertThat(row(plain, "load_values  ").styleAt(0)).as("NO_COLOR").isEqualTo(AttributedStyle.BOLD);
    }

    @Test
    void marksTheColumnThatSorts() {
        AttributedString heading = row(screen(press(TOP, "t"), 80, 24).lines(), "Map  ");

        AttributedStyle sorted = AttributedStyle.BOLD.underline();
        assertThat(heading.styleAt(heading.toString().indexOf("Total"))).isEqualTo(sorted);
        assertThat(heading.styleAt(heading.toString().indexOf("Waits"))).isEqualTo(AttributedStyle.BOLD);
    }

    @Test
    void scrollsSoThatTheSelectedRowIsSeen() {
        Top many = Top.of(TopSamples.CHOICE).read(TopSamples.reading(100));
        TopScreen first = screen(many, 80, 24);
        assertThat(first.last()).isEqualTo(99);

        Top last = many.press(new TopKey(TopKey.Name.END, ""), first.shown(), first.last());

        List<String> lines = text(screen(last, 80, 24));
        assertThat(lines.get(22)).startsWith("map100 ");
        assertThat(lines).noneMatch(line -> line.startsWith("map1 "));
        Top middle = many.press(new TopKey(TopKey.Name.PAGE_DOWN, ""), 50, first.last());
        assertThat(row(screen(middle, 80, 24).lines(), "map51 ").styleAt(0)).isEqualTo(AttributedStyle.INVERSE);
    }

    @Test
    void saysWhyThereAreNoFigures() {
        assertThat(text(screen(Top.of(TopSamples.CHOICE), 80, 24)))
                .contains("Measuring: the first figures come in two seconds.");
        Top stopped = TOP.read(TopSamples.failed("Stage lock-tracer is not ready. See karst:flow"));
        assertThat(text(screen(stopped, 80, 24)))
                .contains("Waits are not measured: Stage lock-tracer is not ready. See karst:flow")
                .noneMatch(line -> line.contains("load_values"));
        assertThat(text(screen(press(TOP, TopKey.Name.ENTER).read(TopSamples.failed("stopped")), 80, 24)))
                .contains("Waits are not measured: stopped");
        assertThat(text(screen(stopped.read(TopSamples.reading()), 80, 24)))
                .as("and goes on")
                .anyMatch(line -> line.startsWith("load_values"));
        assertThat(text(screen(Top.of(TopSamples.CHOICE).read(TopSamples.reading(0)), 80, 24)))
                .contains("No contention since tracing began");
    }

    @Test
    void opensTheCardOfAMap() {
        TopScreen card = screen(press(TOP, TopKey.Name.ENTER), 80, 24);

        assertThat(text(card))
                .contains(
                        "load_values, map 4295, array",
                        "Processes  java (pid 17308), unit java.service",
                        "1 of its 64 locks had waits since tracing began. Shares of the waiting time:",
                        "value spin lock 0              100 %"
                                + " \u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588",
                        "at most 61.0 ms of waiting per second");
        Top deleted = press(TOP, TopKey.Name.ENTER).read(TopSamples.reading(3));
        assertThat(text(screen(deleted, 80, 24))).contains("Map load_values has been deleted.");
    }

    @Test
    void pagesScrollToTheirEnd() {
        Top help = press(TOP, "?");
        TopScreen small = screen(help, 80, 8);
        assertThat(text(small)).anyMatch(line -> line.startsWith("Up, Down"));

        Top end = help.press(new TopKey(TopKey.Name.END, ""), small.shown(), small.last());

        assertThat(text(screen(end, 80, 8)).get(6)).startsWith("or more. The bars");
    }

    @Test
    void detailsHaveWhatDoesNotFitElsewhere() {
        assertThat(text(screen(press(TOP, "i"), 80, 24)))
                .contains(
                        "1 deleted map not shown, 1,000,000 waits, 90.0 s in total; show them with",
                        "1 map of Karst itself not shown; show them with --own",
                        "lost events: stale_note 3",
                        "not measured: resilient locks with two CPUs: the first waiter is not traced, so");
    }

    @Test
    void tellsWhenItIsFrozenAndWhatIsFiltered() {
        List<String> frozen = text(screen(press(TOP, "f"), 80, 24));
        assertThat(frozen.get(0)).startsWith("karst:top  host, 2 CPUs").endsWith("FROZEN at 10:01:00");

        Top typing = press(press(press(TOP, "/"), "z"), "z");
        assertThat(text(screen(typing, 80, 24)))
                .contains("No row contains the filter")
                .last()
                .asString()
                .startsWith(" Filter: zz_");
        assertThat(text(screen(press(typing, TopKey.Name.ENTER), 80, 24)).get(23))
                .contains("/ filter 'zz'");
    }

    private static AttributedString row(List<AttributedString> lines, String start) {
        return lines.stream()
                .filter(line -> line.toString().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError(start + " in " + lines));
    }

    private static TopScreen screen(Top top, int width, int height) {
        return new TopScreen(top, width, height, look(StandardCharsets.UTF_8, true, "host"));
    }

    private static TopScreen.Look look(Charset charset, boolean coloured, String host) {
        return new TopScreen.Look(
                charset, coloured, host, 1, ZoneOffset.UTC, map -> Map.of(17_308, "unit java.service"));
    }

    private static Top press(Top top, TopKey.Name name) {
        return top.press(new TopKey(name, ""), 10, 99);
    }

    private static Top press(Top top, String character) {
        return top.press(new TopKey(TopKey.Name.CHARACTER, character), 10, 99);
    }

    private static List<String> text(TopScreen screen) {
        return screen.lines().stream()
                .map(AttributedString::toString)
                .map(String::stripTrailing)
                .toList();
    }
}
