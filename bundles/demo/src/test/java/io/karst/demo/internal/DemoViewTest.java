// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.karst.contention.LockVisibility;
import io.karst.contention.LockVisibility.Visibility;
import io.karst.resource.LockFamily;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoViewTest {
    private static final Instant SINCE = Instant.parse("2026-03-01T10:00:00Z");
    private static final List<LockVisibility> TWO_CPUS = List.of(
            new LockVisibility(LockFamily.SPIN, Visibility.FULL, "paravirtual"),
            new LockVisibility(LockFamily.RESILIENT, Visibility.BLIND, "it takes three CPUs"),
            new LockVisibility(LockFamily.MUTEX, Visibility.FULL, "traced"));

    /** Nobody knows yet, as before the first test. */
    @Test
    void aTestThatProvedNothingIsNoResult() {
        KindVisibility kind = KindVisibility.of(
                DemoKind.SPIN_LOCK,
                List.of(new LockVisibility(
                        LockFamily.SPIN, Visibility.NOT_TESTED, "not tested yet, threads hardly met")));

        assertThat(kind.visibility()).isEmpty();
        assertThat(kind.reason()).isEqualTo("not tested yet, threads hardly met");
        assertThat(kind.sentence()).isEqualTo("It is not known whether this kernel reports these waits");
    }

    @Test
    void runningLoadSaysWhatToDoNext() {
        assertThat(view(DemoKind.SPIN_LOCK, DemoStatus.State.RUNNING, Optional.of(Duration.ofSeconds(60)))
                        .lines())
                .containsExactly(
                        "running: spin-lock, 3 threads, 50 s left",
                        "map 77 load_values, locks taken 640 times",
                        "karst:locks --map 77 --seconds 5 shows its contention");
    }

    @Test
    void saysWhenWaitsCannotBeSeen() {
        assertThat(view(DemoKind.HASH, DemoStatus.State.RUNNING, Optional.empty())
                        .lines())
                .containsExactly(
                        "running: hash, 3 threads, until karst:demo stop",
                        "map 77 load_hashes, locks taken 640 times",
                        "This kernel cannot report these waits. Details: karst:doctor --all");
        assertThat(view(DemoKind.HASH, DemoStatus.State.RUNNING, Optional.empty())
                        .limits())
                .containsExactly(
                        "This kernel cannot report these waits: hash, lru, lru-per-cpu, ringbuf, queue, stack, lpm,"
                                + " resilient-lock, deadlock",
                        "Details: karst:doctor --all");
    }

    @Test
    void beforeResilientLocksAllAreSpinLocks() {
        List<LockVisibility> old = List.of(new LockVisibility(LockFamily.SPIN, Visibility.PARTIAL, "native"));

        assertThat(KindVisibility.of(DemoKind.HASH, old).visibility()).contains(Visibility.PARTIAL);
        assertThat(KindVisibility.of(DemoKind.LOCAL_STORAGE, old).reason()).isEqualTo("native");
        assertThat(KindVisibility.of(DemoKind.DEADLOCK, old).reason()).isEqualTo("this kernel has no resilient locks");
    }

    @Test
    void withoutTracerNothingIsPromised() {
        DemoView view = new DemoView(Optional.empty(), KindVisibility.of(List.of()), SINCE);

        assertThat(view.lines()).containsExactly("No demo is running. Start one with karst:demo start");
        assertThat(view.limits())
                .containsExactly(
                        "It is not known whether this kernel reports these waits: "
                                + Arrays.stream(DemoKind.values())
                                        .map(DemoKind::word)
                                        .collect(Collectors.joining(", ")),
                        "Details: karst:doctor --all");
        assertThat(DemoView.DOCUMENT.json(view).get("state").getAsString()).isEqualTo("IDLE");
        assertThat(DemoView.DOCUMENT.json(view).get("mapId").isJsonNull()).isTrue();
    }

    @Test
    void jsonHasTheDocumentedFields() {
        JsonObject json = DemoView.DOCUMENT.json(
                view(DemoKind.HASH, DemoStatus.State.FAILED, Optional.of(Duration.ofSeconds(60))));

        assertThat(json.keySet())
                .containsExactlyInAnyOrder(
                        "state",
                        "kind",
                        "threads",
                        "since",
                        "seconds",
                        "mapId",
                        "map",
                        "locksTaken",
                        "lastError",
                        "kinds");
        assertThat(json.get("seconds").getAsInt()).isEqualTo(60);
        assertThat(json.get("lastError").getAsString()).isEqualTo("refused");
        assertThat(json.getAsJsonArray("kinds").get(1).toString())
                .isEqualTo("{\"kind\":\"hash\",\"lock\":\"HASH_BUCKET\",\"visibility\":\"BLIND\","
                        + "\"reason\":\"it takes three CPUs\"}");
    }

    @ParameterizedTest(name = "{0} threads, {1} s")
    @CsvSource({
        "0,10,--threads must be between 1 and 64",
        "65,10,--threads must be between 1 and 64",
        "2,0,--seconds must be between 1 and 3600",
        "2,3601,--seconds must be between 1 and 3600"
    })
    void boundsAreKept(int threads, int seconds, String message) {
        assertThatThrownBy(() -> new DemoPlan(DemoKind.HASH, threads, Optional.of(Duration.ofSeconds(seconds))))
                .hasMessage(message);
    }

    @ParameterizedTest(name = "{0} CPUs: {1} threads")
    @CsvSource({"1,2", "2,2", "8,8", "128,64"})
    void defaultThreads(int cpus, int threads) {
        assertThat(DemoPlan.defaultThreads(DemoKind.HASH, cpus)).isEqualTo(threads);
        assertThat(DemoPlan.defaultThreads(DemoKind.DEADLOCK, cpus)).isEqualTo(3);
    }

    @Test
    void kindsAreFoundByTheirWords() {
        assertThat(DemoKind.of("local-storage")).contains(DemoKind.LOCAL_STORAGE);
        assertThat(DemoKind.of("LPM")).isEmpty();
        assertThat(DemoKind.words())
                .isEqualTo("spin-lock, hash, lru, lru-per-cpu, ringbuf, queue, stack, lpm, sockhash,"
                        + " local-storage, prog-array, resilient-lock, deadlock");
    }

    @Test
    void whereNoSpinLockIsSeenAMutexIsContendedUnlessSaid() throws CommandException {
        List<LockVisibility> blind = List.of(
                new LockVisibility(LockFamily.SPIN, Visibility.BLIND, "native"),
                new LockVisibility(LockFamily.MUTEX, Visibility.FULL, "seen"));
        List<LockVisibility> partial = List.of(new LockVisibility(LockFamily.SPIN, Visibility.PARTIAL, "native"));

        assertThat(KindVisibility.preferred(KindVisibility.of(blind))).isEqualTo(DemoKind.PROG_ARRAY);
        assertThat(KindVisibility.preferred(KindVisibility.of(partial))).isEqualTo(DemoKind.SPIN_LOCK);
        assertThat(KindVisibility.preferred(KindVisibility.of(List.of(new LockVisibility(
                        LockFamily.SPIN, Visibility.NOT_TESTED, "not tested yet, threads hardly met")))))
                .isEqualTo(DemoKind.SPIN_LOCK);
        assertThat(KindVisibility.preferred(KindVisibility.of(List.of()))).isEqualTo(DemoKind.SPIN_LOCK);
        assertThat(DemoWords.of(List.of("start")).plan(DemoKind.PROG_ARRAY).kind())
                .isEqualTo(DemoKind.PROG_ARRAY);
        assertThat(DemoWords.of(List.of("start", "lru"))
                        .plan(DemoKind.PROG_ARRAY)
                        .kind())
                .isEqualTo(DemoKind.LRU);
    }

    @Test
    void optionsMayStandBehindArguments() throws CommandException {
        DemoPlan plan = DemoWords.of(List.of("start", "hash", "--threads", "3", "--seconds", "10"))
                .plan(DemoKind.SPIN_LOCK);

        assertThat(plan).isEqualTo(new DemoPlan(DemoKind.HASH, 3, Optional.of(Duration.ofSeconds(10))));
        assertThat(DemoWords.of(List.of()).action()).isEqualTo("status");
        assertThat(DemoWords.of(List.of("status", "--json")).json()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "start hashh,'Unknown kind ''hashh''. Use one of spin-lock, hash, lru, lru-per-cpu, ringbuf, queue, stack, lpm, sockhash,"
                + " local-storage, prog-array, resilient-lock, deadlock'",
        "start hash lru,'Unexpected argument ''lru''. Only an action and a kind are allowed'",
        "start --seconds,'--seconds needs a number, not nothing'",
        "start --seconds soon,'--seconds needs a number, not soon'",
        "start deadlock --threads 2,--threads must be at least 3 for deadlock",
        "start --speed 3,Unknown option --speed. See --help"
    })
    void refusesNonsense(String typed, String message) {
        assertThatThrownBy(() -> DemoWords.of(List.of(typed.split(" "))).plan(DemoKind.SPIN_LOCK))
                .hasMessage(message);
    }

    private static DemoView view(DemoKind kind, DemoStatus.State state, Optional<Duration> time) {
        DemoStatus status = new DemoStatus(
                state,
                new DemoPlan(kind, 3, time),
                SINCE,
                77,
                kind.map(),
                10,
                state == DemoStatus.State.FAILED ? Optional.of("refused") : Optional.empty());
        return new DemoView(Optional.of(status), KindVisibility.of(TWO_CPUS), SINCE.plusSeconds(10));
    }
}
