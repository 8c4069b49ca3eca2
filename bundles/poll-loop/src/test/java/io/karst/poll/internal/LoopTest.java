// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.poll.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.poll.PollTask;
import io.karst.poll.PollTaskStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTest {

    private static final Duration OFTEN = Duration.ofMillis(20);
    private final Loop loop = new Loop(Clock.systemUTC(), () -> 0.5);

    @BeforeEach
    void start() {
        loop.start();
    }

    @AfterEach
    void stop() {
        loop.close();
    }

    private interface Turn {
        void run() throws InterruptedException;
    }

    private record Task(String name, Duration interval, Duration deadline, Turn turn) implements PollTask {
        @Override
        public void poll() throws InterruptedException {
            turn.run();
        }
    }

    private static Task task(String name, Duration interval, Turn turn) {
        return new Task(name, interval, Duration.ofSeconds(30), turn);
    }

    private PollTaskStatus status(String name) {
        return loop.tasks().stream()
                .filter(task -> task.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static CountDownLatch turns(int count) {
        return new CountDownLatch(count);
    }

    private static void awaits(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runsEachTaskAtItsOwnInterval() throws InterruptedException {
        CountDownLatch fast = turns(10);
        AtomicInteger slow = new AtomicInteger();
        loop.add(task("slow", Duration.ofMinutes(1), slow::incrementAndGet));
        loop.add(task("fast", OFTEN, fast::countDown));
        awaits(fast);
        assertThat(slow).hasValue(1);
        assertThat(status("slow").nextTurn().orElseThrow())
                .isBetween(
                        Clock.systemUTC().instant().plusSeconds(40),
                        Clock.systemUTC().instant().plusSeconds(60));
    }

    @Test
    void aTaskThatSleepsDelaysNobody() throws InterruptedException {
        CountDownLatch others = turns(20);
        CountDownLatch asleep = turns(1);
        loop.add(task("sleeper", OFTEN, () -> {
            asleep.countDown();
            TimeUnit.MINUTES.sleep(1);
        }));
        awaits(asleep);
        long begun = System.nanoTime();
        loop.add(task("other", OFTEN, others::countDown));
        awaits(others);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(status("sleeper").turns()).isEqualTo(1);
    }

    @Test
    void aTaskThatThrowsIsRunAgainAndItsErrorKept() throws InterruptedException {
        CountDownLatch thrown = turns(3);
        loop.add(task("thrower", OFTEN, () -> {
            thrown.countDown();
            throw new IllegalStateException("no luck");
        }));
        awaits(thrown);
        loop.soon("thrower");
        assertThat(status("thrower").lastError())
                .hasValueSatisfying(text -> assertThat(text).contains("no luck"));
        assertThat(status("thrower").failures()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aTurnPastItsDeadlineIsInterruptedAndCounted() throws InterruptedException {
        CountDownLatch interrupted = turns(2);
        loop.add(new Task("late", OFTEN, Duration.ofMillis(50), () -> {
            try {
                TimeUnit.MINUTES.sleep(1);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }));
        awaits(interrupted);
        assertThat(status("late").lastError())
                .hasValueSatisfying(text -> assertThat(text).contains("PT0.05S"));
    }

    @Test
    void soonBringsTheNextTurnForward() throws InterruptedException {
        CountDownLatch two = turns(2);
        CountDownLatch one = turns(1);
        loop.add(task("hourly", Duration.ofHours(1), () -> {
            two.countDown();
            one.countDown();
        }));
        awaits(one);
        loop.soon("hourly");
        awaits(two);
    }

    @Test
    void aTaskIsNeverRunTwiceAtATime() throws InterruptedException {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = turns(10);
        loop.add(task("busy", Duration.ofMillis(10), () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(15));
            inside.decrementAndGet();
            done.countDown();
        }));
        for (int i = 0; i < 50; i++) {
            loop.soon("busy");
        }
        awaits(done);
        assertThat(most).hasValue(1);
    }

    @Test
    void aRemovedTaskIsInterruptedAndGone() throws InterruptedException {
        CountDownLatch running = turns(1);
        CountDownLatch interrupted = turns(1);
        Task task = task("gone", OFTEN, () -> {
            running.countDown();
            try {
                TimeUnit.MINUTES.sleep(1);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        });
        loop.add(task);
        awaits(running);
        loop.remove(task);
        awaits(interrupted);
        assertThat(loop.tasks()).isEmpty();
    }

    /** Else it would go on in a bundle that has stopped. */
    @Test
    void aRemovalReturnsAfterTheTaskHas() throws InterruptedException {
        CountDownLatch running = turns(1);
        AtomicInteger ended = new AtomicInteger();
        Task task = task("slow to leave", OFTEN, () -> {
            running.countDown();
            try {
                TimeUnit.MINUTES.sleep(1);
            } finally {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                ended.incrementAndGet();
            }
        });
        loop.add(task);
        awaits(running);
        loop.remove(task);
        assertThat(ended).hasValue(1);
    }

    private static Task deaf(CountDownLatch running, CountDownLatch release) {
        return task("deaf", OFTEN, () -> {
            running.countDown();
            boolean released = false;
            while (!released) {
                try {
                    released = release.await(1, TimeUnit.MINUTES);
                } catch (InterruptedException ignored) {
                    released = false;
                }
            }
        });
    }

    @Test
    void aRemovedTaskThatIgnoresItsInterruptTakesNobodysThread() throws InterruptedException {
        CountDownLatch running = turns(1);
        CountDownLatch release = turns(1);
        Task deaf = deaf(running, release);
        loop.add(deaf);
        awaits(running);
        loop.remove(deaf);
        CountDownLatch interrupted = turns(2);
        loop.add(new Task("late", OFTEN, Duration.ofMillis(50), () -> {
            try {
                TimeUnit.MINUTES.sleep(1);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }));
        awaits(interrupted);
        release.countDown();
    }

    @Test
    void stopsWithinASecondEvenIfATaskIgnoresItsInterrupt() throws InterruptedException {
        CountDownLatch running = turns(1);
        CountDownLatch release = turns(1);
        loop.add(deaf(running, release));
        awaits(running);
        long begun = System.nanoTime();
        loop.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        release.countDown();
    }
}
