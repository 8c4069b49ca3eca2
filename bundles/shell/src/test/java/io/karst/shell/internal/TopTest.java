// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
import io.karst.shell.internal.Top.Page;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopTest {
    private static final int SHOWN = 10;
    private static final int LAST = 99;

    private final Top top = Top.of(TopSamples.CHOICE).read(TopSamples.reading());

    @Test
    void showsTheRowsOfLocksTheHotOneFirst() {
        assertThat(names(top)).containsExactly("load_values", "sessions", "sessions");
        assertThat(names(press(top, "d"))).containsExactly("load_values", "sessions", "sessions", "gone");
        assertThat(names(press(top, "o"))).contains("totals");
        assertThat(names(press(press(top, "d"), "d"))).isEqualTo(names(top));
    }

    @ParameterizedTest(name = "{0} sorts by {1}")
    @CsvSource({">,TOTAL", "<,P99", "n,NOW", "t,TOTAL", "c,COUNT", "a,AVG", "m,MAX", "p,P99", "x,NOW"})
    void lettersSort(String key, LocksView.Sort sort) {
        assertThat(press(top, key).choice().sort()).isEqualTo(sort);
    }

    @Test
    void cursorKeysSortAroundTheEnds() {
        assertThat(press(top, TopKey.Name.LEFT).choice().sort()).isEqualTo(LocksView.Sort.P99);
        assertThat(press(press(top, TopKey.Name.LEFT), TopKey.Name.RIGHT)
                        .choice()
                        .sort())
                .isEqualTo(LocksView.Sort.NOW);
    }

    @ParameterizedTest(name = "{0} finds {1}")
    @CsvSource({
        "LOAD_V,load_values",
        "4295,load_values sessions sessions",
        "on_packet,sessions sessions",
        "agent,sessions sessions",
        "freeze,sessions",
        "lru_hash,sessions sessions",
        "nothing,''"
    })
    void theFilterMatchesMapOwnerAndKind(String text, String found) {
        Top typing = type(press(top, "/"), text);

        assertThat(String.join(" ", names(typing))).isEqualTo(found);
        assertThat(typing.filter().typing()).isTrue();
        Top kept = press(typing, TopKey.Name.ENTER);
        assertThat(kept.filter()).isEqualTo(new Top.Filter(text, false));
        assertThat(names(press(kept, TopKey.Name.ESCAPE))).isEqualTo(names(top));
    }

    @Test
    void typedLettersAreNoCommandsAndCanBeTakenBack() {
        Top typing = type(press(top, "/"), "q?\u0007f\u00e9\ud83d\ude00");

        assertThat(typing.filter().text()).as("without the bell").isEqualTo("q?f\u00e9\ud83d\ude00");
        assertThat(typing.page()).isEqualTo(Page.LOCKS);
        assertThat(typing.frozen()).isFalse();
        assertThat(press(typing, TopKey.Name.BACKSPACE).filter().text()).isEqualTo("q?f\u00e9");
        assertThat(press(press(top, "/"), TopKey.Name.BACKSPACE).filter().text())
                .isEmpty();
        assertThat(press(typing, TopKey.Name.QUIT).page()).isEqualTo(Page.END);
        assertThat(type(typing, "x".repeat(100)).filter().text().length()).isLessThanOrEqualTo(42);
    }

    @Test
    void frozenItKeepsItsReading() {
        Top frozen = press(top, "f");

        assertThat(frozen.read(TopSamples.reading(5)).reading()).isSameAs(top.reading());
        assertThat(names(press(frozen, ">"))).as("can be sorted").hasSize(3);
        assertThat(names(press(frozen, " ").read(TopSamples.reading(5)))).hasSize(5);
    }

    @Test
    void theSelectedRowStaysSelectedWhereItMovesTo() {
        Top second = press(Top.of(TopSamples.CHOICE).read(TopSamples.reading(5)), TopKey.Name.DOWN);
        assertThat(name(second)).isEqualTo("map2");

        TopReading reading = TopSamples.reading(5);
        List<LockWaits> now =
                List.of(TopSamples.waits(TopSamples.map(5, "map5", "hash", "", ""), LockKind.HASH_BUCKET, 100, 100));
        Top moved = second.read(TopSamples.reading(
                List.copyOf(reading.locks().orElseThrow().maps().values()),
                now,
                reading.locks().orElseThrow().recent().since().perKind()));

        assertThat(names(moved)).startsWith("map5", "map1", "map2");
        assertThat(name(moved)).isEqualTo("map2");
        assertThat(moved.read(TopSamples.reading(1)).line())
                .as("it is not there any more")
                .isZero();
        assertThat(moved.read(TopSamples.failed("x")).line()).isZero();
    }

    @Test
    void whoLooksAtTheFirstRowGoesOnToLookAtTheFirst() {
        Top first = press(top, "t");

        assertThat(first.line()).isZero();
    }

    @Test
    void keysMoveWithinThePage() {
        Top many = Top.of(TopSamples.CHOICE).read(TopSamples.reading(100));

        assertThat(press(many, TopKey.Name.UP).line()).isZero();
        assertThat(press(many, TopKey.Name.PAGE_DOWN).line()).isEqualTo(SHOWN);
        assertThat(press(press(many, TopKey.Name.PAGE_DOWN), TopKey.Name.PAGE_UP)
                        .line())
                .isZero();
        Top end = press(many, TopKey.Name.END);
        assertThat(end.line()).isEqualTo(LAST);
        assertThat(press(end, TopKey.Name.DOWN).line()).isEqualTo(LAST);
        assertThat(press(end, TopKey.Name.HOME).line()).isZero();
    }

    @Test
    void enterOpensTheMapAndEscapeComesBackToItsRow() {
        Top card = press(press(top, TopKey.Name.DOWN), TopKey.Name.ENTER);

        assertThat(card.page()).isEqualTo(Page.MAP);
        assertThat(card.map().orElseThrow().name()).isEqualTo("sessions");
        assertThat(press(card, TopKey.Name.DOWN).line()).as("scrolls").isEqualTo(1);
        assertThat(press(card, "t").choice()).as("nothing to sort").isEqualTo(card.choice());
        assertThat(press(card, "/").filter().typing()).isFalse();
        assertThat(card.read(TopSamples.reading(5)).map())
                .as("deleted meanwhile")
                .isEmpty();
        Top back = press(card, TopKey.Name.ESCAPE);
        assertThat(back.page()).isEqualTo(Page.LOCKS);
        assertThat(back.line()).isEqualTo(1);
        assertThat(press(press(card, "?"), "q").line()).isEqualTo(1);
    }

    @Test
    void qLeavesAPageAndThenTheCommand() {
        assertThat(press(top, "i").page()).isEqualTo(Page.DETAILS);
        assertThat(press(press(top, "h"), "q").page()).isEqualTo(Page.LOCKS);
        assertThat(press(top, "q").page()).isEqualTo(Page.END);
        assertThat(press(press(top, "?"), TopKey.Name.QUIT).page()).isEqualTo(Page.END);
    }

    @Test
    void everyKeyIsHarmlessWithoutFigures() {
        for (Top none : List.of(Top.of(TopSamples.CHOICE), top.read(TopSamples.failed("stopped")))) {
            assertThat(none.view()).isEmpty();
            for (TopKey.Name name : TopKey.Name.values()) {
                assertThat(none.press(new TopKey(name, "x"), SHOWN, 0).line()).isZero();
            }
            for (char c = 0; c < 0x100; c++) {
                assertThat(press(none, String.valueOf(c)).line()).isZero();
            }
            assertThat(press(none, TopKey.Name.ENTER).page()).isEqualTo(Page.LOCKS);
            assertThat(names(none.read(TopSamples.reading())))
                    .as("the service is back")
                    .hasSize(3);
        }
    }

    private static Top press(Top top, TopKey.Name name) {
        return top.press(new TopKey(name, ""), SHOWN, LAST);
    }

    private static Top press(Top top, String character) {
        return top.press(new TopKey(TopKey.Name.CHARACTER, character), SHOWN, LAST);
    }

    private static Top type(Top top, String text) {
        return text.codePoints().mapToObj(Character::toString).reduce(top, TopTest::press, (one, other) -> other);
    }

    private static List<String> names(Top top) {
        return top.view().stream()
                .flatMap(view -> view.all().stream())
                .map(LockWaits::map)
                .toList();
    }

    private static String name(Top top) {
        return names(top).get(top.line());
    }
}
