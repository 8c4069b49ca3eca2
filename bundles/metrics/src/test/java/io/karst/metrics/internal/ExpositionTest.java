// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.metrics.internal;

import static io.karst.metrics.internal.Waits.hash;
import static io.karst.metrics.internal.Waits.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.metrics.internal.Exposition.Readings;
import io.karst.stage.StageReport;
import io.karst.testing.HostileText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ExpositionTest {

    private static final String ROW =
            "{kind=\"hash_bucket\",map=\"flows\",map_id=\"7\",owner=\"prog_7\",type=\"hash\"} ";

    private static String text(Readings readings) {
        return String.join("\n", Lines.of(Exposition.of(readings)));
    }

    private static Readings readings(ContentionSnapshot contention, int most) {
        return new Readings(
                Optional.of(contention),
                Optional.of(new Rows().read(contention, most)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Duration.ofMillis(2));
    }

    private static String text(LockWaits... waits) {
        return text(readings(snapshot(waits), 256));
    }

    @Test
    void everythingThatIsKnownIsExported() {
        assertThat(text(Everything.readings()).lines().filter(line -> !line.contains("_bucket{")))
                .containsExactlyElementsOf(Everything.lines());
    }

    /** What is missing is left out: no metric with a made-up value. */
    @Test
    void withoutServicesOnlyTheirAbsenceIsExported() {
        Readings nothing = new Readings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Duration.ZERO);
        assertThat(text(nothing).lines().filter(line -> !line.startsWith("#")))
                .containsExactly("karst_self_reading_seconds 0.0", "karst_up 0.0");
    }

    @Test
    void classicBucketsEndWhereTheKernelsDo() {
        long[] histogram = new long[WaitCounters.BUCKETS];
        histogram[0] = 1; // 0 and 1 ns
        histogram[9] = 2; // 512 to 1023 ns
        histogram[10] = 4; // from 1024 ns
        histogram[35] = 8; // from 34 s
        String text = text(row(histogram));
        assertThat(buckets(text))
                .hasSize(36)
                .startsWith("2.0E-9 1", "4.0E-9 1")
                .containsSubsequence("5.12E-7 1", "1.024E-6 3", "2.048E-6 7", "4.096E-6 7")
                .endsWith("34.359738368 7", "+Inf 15");
        assertThat(text.lines())
                .contains("karst_lock_wait_seconds_count" + ROW + "15", "karst_lock_wait_seconds_sum" + ROW + "0.1");
    }

    /** Upper end and cumulative count of each bucket. */
    private static List<String> buckets(String text) {
        return text.lines()
                .filter(line -> line.startsWith("karst_lock_wait_seconds_bucket{"))
                .map(line -> line.replaceFirst(".*,le=\"(.*?)\"} ", "$1 "))
                .toList();
    }

    private static LockWaits row(long[] histogram) {
        LockWaits waits = hash(7, "flows", 0);
        return new LockWaits(
                waits.key(),
                waits.map(),
                waits.type(),
                waits.owners(),
                waits.kind(),
                waits.index(),
                new WaitCounters(100_000_000, 40_000_000_000L, 0, 0, histogram));
    }

    /** Its waits are counted, and how long they were is not known: that is no 0. */
    @Test
    void aLockOfWhichNoWaitWasTimedHasNoTimes() {
        LockWaits waits = hash(7, "flows", 5);
        long[] histogram = waits.counters().histogram();
        LockWaits untimed = new LockWaits(
                waits.key(),
                waits.map(),
                waits.type(),
                waits.owners(),
                waits.kind(),
                waits.index(),
                new WaitCounters(0, 0, 0, 0, 5, 0, histogram));
        assertThat(text(untimed).lines().filter(line -> line.startsWith("karst_lock_wait") && line.contains("flows")))
                .containsExactly("karst_lock_waits_total" + ROW + "5.0");
    }

    @Test
    void mapsOfOneNameAreToldApart() {
        assertThat(text(hash(7, "flows", 1), hash(8, "flows", 2)).lines())
                .contains(
                        "karst_lock_waits_total" + ROW + "1.0",
                        "karst_lock_waits_total" + ROW.replace('7', '8') + "2.0");
    }

    /** A bundle of others may bring a stage of any name; two series with the same labels would be refused. */
    @Test
    void stagesOfOneNameShareTheirSeries() {
        List<StageReport> stages = new ArrayList<>(Everything.stages());
        stages.addAll(Everything.stages());
        Readings readings = new Readings(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                stages,
                Optional.empty(),
                Duration.ZERO);
        assertThat(text(readings).lines().filter(line -> line.startsWith("karst_stage_state{")))
                .hasSize(6);
    }

    @Test
    void locksAboveTheLimitAreAddedUp() {
        String text = text(readings(snapshot(hash(7, "flows", 9), hash(8, "b", 2), hash(9, "c", 3)), 1));
        assertThat(text.lines())
                .contains(
                        "karst_lock_waits_total" + ROW + "9.0",
                        "karst_lock_waits_total{map=\"other\"} 5.0",
                        "karst_self_rows 1.0",
                        "karst_self_folded_rows 2.0");
        assertThat(text.lines().filter(line -> line.startsWith("karst_lock_waits_total")))
                .hasSize(2);
    }

    /** Other processes choose the names of maps and owners. */
    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileNamesAreHarmless(String name) {
        List<String> lines = text(hash(7, name, name, 1)).lines().toList();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("karst_lock_waits_total"))
                .hasSize(1);
        assertThat(lines).allSatisfy(HostileText::assertHarmless);
    }

    @Test
    void aLongNameIsShortened() {
        String name = "\ud83d\ude00";
        assertThat(text(hash(7, name.repeat(100), "owner", 1)).lines())
                .contains("karst_lock_waits_total{kind=\"hash_bucket\",map=\"" + name.repeat(64)
                        + "\",map_id=\"7\",owner=\"owner\",type=\"hash\"} 1.0");
    }
}
