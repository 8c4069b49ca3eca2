// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigChange.Kind;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigListeners.Outcome;
import io.karst.config.ConfigListeners.Status;
import io.karst.config.ConfigRefusedException;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Constants;
import org.osgi.service.event.Event;

class ListenerDispatcherTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<RemoteConfig> current = new CopyOnWriteArrayList<>();
    private final BlockingQueue<ApplyOutcome> outcomes = new LinkedBlockingQueue<>();
    private final ListenerDispatcher dispatcher = new ListenerDispatcher(
            new ConfigUpdates() {
                @Override
                public List<RemoteConfig> current(String product) {
                    return current.stream()
                            .filter(config -> config.product().equals(product))
                            .toList();
                }

                @Override
                public ConfigReport report() {
                    throw new UnsupportedOperationException();
                }
            },
            (listener, outcome) -> outcomes.add(outcome));
    private final AtomicLong ids = new AtomicLong();

    @AfterEach
    void close() {
        dispatcher.close();
    }

    private interface Applying {
        void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException;
    }

    private record Listener(String name, Duration deadline, Applying applying) implements ConfigListener {
        @Override
        public Set<String> products() {
            return Set.of("P");
        }

        @Override
        public void apply(ConfigChange change) throws ConfigRefusedException, InterruptedException {
            applying.apply(change);
        }
    }

    private static RemoteConfig config(long version) {
        return new RemoteConfig("employee/P/i/c", "P", "i", version, "d" + version, new byte[0]);
    }

    private void publish(RemoteConfig config) {
        current.add(config);
        current.removeIf(other -> !other.sameAs(config));
        tell(new ConfigChange(Kind.UPDATED, config));
    }

    private void tell(ConfigChange change) {
        dispatcher.handleEvent(new Event(change.topic(), Map.of(ConfigTopics.CHANGE, change)));
    }

    private Listener add(String name, Duration deadline, Applying applying) {
        Listener listener = new Listener(name, deadline, applying);
        dispatcher.addListener(listener, Map.of(Constants.SERVICE_ID, ids.incrementAndGet()));
        return listener;
    }

    private ApplyOutcome result(String listener) throws InterruptedException {
        while (true) {
            ApplyOutcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
            if (outcome == null) {
                throw new AssertionError("no outcome of " + listener);
            }
            if (outcome.listener().equals(listener) && outcome.state() != ApplyState.UNACKNOWLEDGED) {
                return outcome;
            }
        }
    }

    @Test
    void showsWhoListensAndWhatBecameOfTheLastChange() throws InterruptedException {
        add("second", LONG, change -> {
            throw new ConfigRefusedException("not this one");
        });
        add("first", LONG, change -> {});
        assertThat(dispatcher.listeners())
                .containsExactly(
                        new Status("first", Set.of("P"), Optional.empty()),
                        new Status("second", Set.of("P"), Optional.empty()));

        publish(config(5));
        result("second");
        assertThat(last("second")).contains(new Outcome(Kind.UPDATED, "P", "i", 5, ApplyState.ERROR, "not this one"));

        dispatcher.close();
        assertThat(dispatcher.listeners()).isEmpty();
    }

    private Optional<Outcome> last(String name) {
        return dispatcher.listeners().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow()
                .last();
    }

    @Test
    void aListenerThatThrowsIsReportedAndOthersGetTheirs() throws InterruptedException {
        add("bad", LONG, change -> {
            throw new IllegalStateException("broken");
        });
        publish(config(1));
        ApplyOutcome bad = result("bad");
        assertThat(bad.state()).isEqualTo(ApplyState.ERROR);
        assertThat(bad.reason()).contains("broken");
        add("good", LONG, change -> {});
        publish(config(2));
        assertThat(result("good").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    @Test
    void aRefusalCarriesItsReason() throws InterruptedException {
        add("strict", LONG, change -> {
            throw new ConfigRefusedException("pollIntervalMillis=-1 is outside 100..3600000");
        });
        publish(config(1));
        assertThat(result("strict").reason()).isEqualTo("pollIntervalMillis=-1 is outside 100..3600000");
    }

    @Test
    void aListenerThatSleepsAMinuteIsGivenUpAndDelaysNobody() throws InterruptedException {
        add("sleeper", Duration.ofMillis(500), change -> TimeUnit.MINUTES.sleep(1));
        add("good", LONG, change -> {});
        long begun = System.nanoTime();
        publish(config(1));
        assertThat(result("good").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        ApplyOutcome late = result("sleeper");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        assertThat(late.state()).isEqualTo(ApplyState.ERROR);
        assertThat(late.reason()).contains("PT0.5S");
    }

    @Test
    void onlyTheNewestOfThoseThatWaitIsDelivered() throws InterruptedException {
        List<Long> seen = new CopyOnWriteArrayList<>();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        add("slow", LONG, change -> {
            seen.add(change.config().version());
            inside.countDown();
            go.await();
        });
        publish(config(1));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        for (long version = 2; version <= 50; version++) {
            publish(config(version));
        }
        go.countDown();
        ApplyOutcome last = result("slow");
        while (last.version() != 50) {
            last = result("slow");
        }
        assertThat(seen).containsExactly(1L, 50L);
    }

    @Test
    void aListenerThatArrivesLateHearsWhatIsCurrentOnce() throws InterruptedException {
        publish(config(7));
        List<Long> seen = new CopyOnWriteArrayList<>();
        add("late", LONG, change -> seen.add(change.config().version()));
        assertThat(result("late").version()).isEqualTo(7);
        publish(config(7));
        assertThat(result("late").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        assertThat(seen).containsExactly(7L);
    }

    @Test
    void aRemovalIsDelivered() throws InterruptedException {
        BlockingQueue<Kind> kinds = new LinkedBlockingQueue<>();
        add("all", LONG, change -> kinds.add(change.kind()));
        publish(config(1));
        assertThat(kinds.poll(10, TimeUnit.SECONDS)).isEqualTo(Kind.UPDATED);
        current.clear();
        tell(new ConfigChange(Kind.REMOVED, config(1)));
        assertThat(kinds.poll(10, TimeUnit.SECONDS)).isEqualTo(Kind.REMOVED);
    }

    @Test
    void aListenerThatIsGoneSaysNoMore() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Listener leaving = add("swapped", LONG, change -> {
            inside.countDown();
            try {
                TimeUnit.MINUTES.sleep(1);
            } finally {
                interrupted.countDown();
            }
        });
        publish(config(1));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        dispatcher.removeListener(leaving, Map.of(Constants.SERVICE_ID, ids.get()));
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        add("swapped", LONG, change -> {});
        assertThat(result("swapped").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        assertThat(outcomes.poll(500, TimeUnit.MILLISECONDS)).isNull();
    }

    /** Else it would go on in a bundle that has stopped. */
    @Test
    void noThreadIsLeftOfAListenerThatWasRemoved() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        Listener leaving = add("slow to leave", LONG, change -> {
            inside.countDown();
            try {
                TimeUnit.MINUTES.sleep(1);
            } finally {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                ended.set(true);
            }
        });
        publish(config(1));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        dispatcher.removeListener(leaving, Map.of(Constants.SERVICE_ID, ids.get()));
        assertThat(ended).isTrue();
    }

    @Test
    void equalListenersAreTwo() throws InterruptedException {
        BlockingQueue<String> applied = new LinkedBlockingQueue<>();
        Applying applying = change -> applied.add("applied");
        Listener one = add("twin", LONG, applying);
        Listener other = add("twin", LONG, applying);
        assertThat(one).isEqualTo(other);
        publish(config(1));
        assertThat(applied.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(applied.poll(10, TimeUnit.SECONDS)).isNotNull();
        dispatcher.removeListener(one, Map.of(Constants.SERVICE_ID, 1L));
        publish(config(2));
        assertThat(applied.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    /** The compiler would not let it. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void whateverAListenerThrowsIsReported() throws InterruptedException {
        for (Throwable thrown : List.of(
                new IOException("disk full"),
                new Throwable("bare"),
                new StackOverflowError("deep"),
                new IllegalStateException() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("not even its text");
                    }
                })) {
            String name = "throws" + ids.get();
            add(name, LONG, change -> ListenerDispatcherTest.<RuntimeException>sneak(thrown));
            publish(config(ids.get()));
            ApplyOutcome outcome = result(name);
            assertThat(outcome.state()).isEqualTo(ApplyState.ERROR);
            assertThat(outcome.reason()).isNotBlank();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // a listener may do what it must not
    void anOddDeadlineIsClampedOrReported() throws InterruptedException {
        add("forever", Duration.ofSeconds(Long.MAX_VALUE), change -> {});
        publish(config(1));
        assertThat(result("forever").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        add("never", Duration.ofSeconds(-5), change -> TimeUnit.MINUTES.sleep(1));
        assertThat(result("never").reason()).isEqualTo("took longer than its deadline of PT0.001S");
        add("none", null, change -> {});
        assertThat(result("none").state()).isEqualTo(ApplyState.ERROR);
    }

    /** A listener whose descriptions of itself are what they should not be. */
    private record Odd(Supplier<String> called, Supplier<Set<String>> listens) implements ConfigListener {
        @Override
        public String name() {
            return called.get();
        }

        @Override
        public Set<String> products() {
            return listens.get();
        }

        @Override
        public void apply(ConfigChange change) {}
    }

    @Test
    void anOddNameIsReplaced() throws InterruptedException {
        List<Supplier<String>> names = List.of(() -> null, () -> " ", () -> "x".repeat(101), () -> "a\nb", () -> {
            throw new NoSuchMethodError("gone");
        });
        publish(config(1));
        for (Supplier<String> name : names) {
            long id = ids.incrementAndGet();
            dispatcher.addListener(new Odd(name, () -> Set.of("P")), Map.of(Constants.SERVICE_ID, id));
            assertThat(result("Odd-" + id).state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        }
    }

    /** What a listener may ask for is what a server may publish, no more. */
    @Test
    void aProductFollowsTheGrammarOfThePaths() {
        Set<String> some = Set.of("P", "p".repeat(100), "p".repeat(101));
        ListenerDispatcher.ListenerWorker worker = new ListenerDispatcher.ListenerWorker(
                new Odd(() -> "some", () -> some), 1, product -> List.of(), outcomes::add);
        assertThat(worker.products()).containsExactlyInAnyOrder("P", "p".repeat(100));
        worker.close();
    }

    @Test
    void oddProductsAreLeftOut() throws InterruptedException {
        publish(config(1));
        Set<String> some = new HashSet<>(Arrays.asList("P", null, "a/b", "", "*"));
        dispatcher.addListener(new Odd(() -> "some", () -> some), Map.of(Constants.SERVICE_ID, 1L));
        assertThat(result("some").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
        dispatcher.addListener(new Odd(() -> "null", () -> null), Map.of(Constants.SERVICE_ID, 2L));
        dispatcher.addListener(
                new Odd(() -> "throws", () -> {
                    throw new IllegalStateException("not ready");
                }),
                Map.of(Constants.SERVICE_ID, 3L));
        add("good", LONG, change -> {});
        publish(config(2));
        assertThat(result("good").state()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }
}
