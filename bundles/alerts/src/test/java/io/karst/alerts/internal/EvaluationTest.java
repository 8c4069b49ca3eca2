// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.alerts.internal.AlertStatus.State;
import io.karst.contention.ContentionSnapshot;
import io.karst.resource.LockKind;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    /** About 10 % of one CPU; the tests have two. */
    private static final int BUSY = 100;

    private final Counters counters = new Counters();
    private final Evaluation evaluation = new Evaluation(Counters.BEGIN);
    private double second;

    private void use(String alerts) {
        assertThat(evaluation.use(AlertRule.parse(alerts), now())).isEmpty();
    }

    private Instant now() {
        return Counters.BEGIN.plusNanos(Math.round(second * 1e9));
    }

    private List<AlertChange> read() {
        return read(counters.reading(second));
    }

    private List<AlertChange> read(ContentionSnapshot reading) {
        return evaluation.read(reading, 2, Math.round(second * 1e9), now());
    }

    /** Another second goes by in which locks are waited for so often. */
    private List<AlertChange> second(int map, int waits) {
        second++;
        counters.wait(map, LockKind.HASH_BUCKET, waits);
        return read();
    }

    private List<AlertChange> seconds(int number, int map, int waits) {
        List<AlertChange> last = List.of();
        for (int i = 0; i < number; i++) {
            assertThat(last).isEmpty();
            last = second(map, waits);
        }
        return last;
    }

    private State state() {
        assertThat(evaluation.status()).hasSize(1);
        return evaluation.status().get(0).state();
    }

    @Test
    void firesWhenItWasAboveForTheWholeTime() {
        use("hot: share > 1 % for 3 s");
        read();
        assertThat(state()).isEqualTo(State.NOT_KNOWN);
        assertThat(seconds(1, 7, 0)).isEmpty();
        assertThat(state()).isEqualTo(State.INACTIVE);
        assertThat(seconds(2, 7, BUSY)).isEmpty();
        assertThat(state()).isEqualTo(State.PENDING);
        List<AlertChange> changes = second(7, BUSY);
        assertThat(changes).extracting(AlertChange::kind).containsExactly(AlertChange.Kind.FIRING);
        assertThat(changes.get(0).alert().mapName()).isEqualTo("map7");
        assertThat(changes.get(0).alert().value()).isBetween(0.05, 0.055);
        assertThat(state()).isEqualTo(State.FIRING);
        assertThat(evaluation.status().get(0).firedAt()).contains(now());
        assertThat(seconds(20, 7, BUSY)).isEmpty();
    }

    @Test
    void aShortPauseBeginsThePendingTimeAnew() {
        use("hot: share > 1 % for 3 s");
        read();
        seconds(2, 7, BUSY);
        second(7, 0);
        assertThat(state()).isEqualTo(State.INACTIVE);
        assertThat(seconds(2, 7, BUSY)).isEmpty();
        assertThat(second(7, BUSY)).hasSize(1);
    }

    @Test
    void isResolvedAfterTheSameTimeAndNotBefore() {
        use("hot: share > 1 % for 20 s");
        read();
        assertThat(seconds(20, 7, BUSY)).hasSize(1);
        seconds(19, 7, 0);
        assertThat(second(7, BUSY)).isEmpty();
        assertThat(state()).isEqualTo(State.FIRING);
        List<AlertChange> changes = seconds(20, 7, 0);
        assertThat(changes).extracting(AlertChange::kind).containsExactly(AlertChange.Kind.RESOLVED);
        assertThat(changes.get(0).alert().value()).isZero();
        assertThat(state()).isEqualTo(State.INACTIVE);
    }

    @Test
    void aQuickAlertDoesNotFlap() {
        use("hot: share > 1 % for 1 s");
        read();
        assertThat(second(7, BUSY)).hasSize(1);
        for (int i = 0; i < 5; i++) {
            assertThat(seconds(9, 7, 0)).isEmpty();
            assertThat(second(7, BUSY)).isEmpty();
        }
        assertThat(seconds(10, 7, 0)).extracting(AlertChange::kind).containsExactly(AlertChange.Kind.RESOLVED);
    }

    @Test
    void notToLookResolvesNothing() {
        use("hot: share > 1 % for 2 s");
        read();
        assertThat(seconds(2, 7, BUSY)).hasSize(1);
        Instant fired = now();
        second += 60;
        evaluation.couldNotLook("the tracer is not ready", now());
        AlertStatus blind = evaluation.status().get(0);
        assertThat(blind.state()).isEqualTo(State.NOT_KNOWN);
        assertThat(blind.why()).isEqualTo("the tracer is not ready");
        assertThat(blind.since()).isEqualTo(now());
        assertThat(blind.firedAt()).contains(fired);
        assertThat(blind.value()).isEqualTo(OptionalDouble.empty());
        second += 60;
        evaluation.couldNotLook("still not", now());
        assertThat(read()).isEmpty();
        assertThat(seconds(9, 7, 0)).isEmpty();
        assertThat(state()).isEqualTo(State.FIRING);
        assertThat(second(7, 0)).extracting(AlertChange::kind).containsExactly(AlertChange.Kind.RESOLVED);
    }

    @Test
    void whatWasPendingBeginsAnewAfterNotLooking() {
        use("hot: share > 1 % for 3 s");
        read();
        seconds(2, 7, BUSY);
        evaluation.couldNotLook("gone", now());
        second++;
        read();
        assertThat(seconds(2, 7, BUSY)).isEmpty();
        assertThat(second(7, BUSY)).hasSize(1);
    }

    @Test
    void countersOfAnotherTracerAreNotCompared() {
        use("hot: share > 1 % for 1 s");
        read();
        second++;
        counters.wait(7, LockKind.HASH_BUCKET, BUSY);
        ContentionSnapshot reading = counters.reading(second);
        assertThat(read(new ContentionSnapshot(
                        now().minusMillis(500), now(), reading.perKind(), List.of(), reading.lost(), List.of())))
                .isEmpty();
        assertThat(state()).isEqualTo(State.NOT_KNOWN);
    }

    @Test
    void theSameReadingTwiceCountsOnce() {
        use("hot: share > 1 % for 2 s");
        read();
        second(7, BUSY);
        ContentionSnapshot same = counters.reading(second);
        second += 5;
        assertThat(read(same)).isEmpty();
        assertThat(state()).isEqualTo(State.PENDING);
    }

    @Test
    void eachMapAndKindIsComparedAlone() {
        use("hot: rate > 150/s for 1 s");
        read();
        second++;
        counters.wait(1, LockKind.HASH_BUCKET, BUSY);
        counters.wait(1, LockKind.FREELIST, BUSY);
        counters.wait(2, LockKind.HASH_BUCKET, BUSY);
        assertThat(read()).isEmpty();
        AlertStatus status = evaluation.status().get(0);
        assertThat(status.state()).isEqualTo(State.INACTIVE);
        assertThat(status.value()).hasValue(BUSY);
    }

    @Test
    void aMutexTakesNoShareOfTheCpuTime() {
        use("hot: share > 1 % for 1 s, often: rate > 10/s for 1 s");
        read();
        second++;
        counters.wait(1, LockKind.FREEZE, BUSY);
        assertThat(read()).extracting(change -> change.alert().rule().name()).containsExactly("often");
    }

    @Test
    void ofTooManyLocksTheBusiestAreFollowed() {
        use("hot: rate > 1/s for 1 s");
        read();
        second++;
        for (int map = 1; map <= Evaluation.MOST_LOCKS + 3; map++) {
            counters.wait(map, LockKind.HASH_BUCKET, 10 + map);
        }
        assertThat(read()).hasSize(Evaluation.MOST_LOCKS);
        assertThat(evaluation.status())
                .hasSize(Evaluation.MOST_LOCKS)
                .allMatch(status -> status.leftOut() == 3)
                .noneMatch(status -> status.lock().orElseThrow().map().id() <= 3);
    }

    @Test
    void anAlertThatStaysTheSameGoesOn() {
        use("hot: share > 1 % for 1 s");
        read();
        assertThat(second(7, BUSY)).hasSize(1);
        use("other: share > 2 % for 1 s, hot: share > 1 % for 1 s");
        assertThat(second(7, BUSY))
                .extracting(change -> change.alert().rule().name())
                .containsExactly("other");
        assertThat(evaluation.status()).extracting(AlertStatus::state).containsExactly(State.FIRING, State.FIRING);
    }

    @Test
    void anAlertThatIsRemovedIsResolved() {
        use("hot: share > 1 % for 1 s");
        read();
        assertThat(second(7, BUSY)).hasSize(1);
        List<AlertChange> changes = evaluation.use(AlertRule.parse("hot: share > 2 % for 1 s"), now());
        assertThat(changes).extracting(AlertChange::kind).containsExactly(AlertChange.Kind.RESOLVED);
        assertThat(changes.get(0).reason()).isEqualTo("alert removed or changed");
    }
}
