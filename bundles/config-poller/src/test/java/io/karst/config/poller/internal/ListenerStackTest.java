// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.config.ApplyOutcome;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.ConfigChange;
import io.karst.config.ConfigChange.ConfigTopics;
import io.karst.config.ConfigListener;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Constants;
import org.osgi.service.event.Event;

/** Row 24 of the table of attacks and faults: from a listener over poller, gRPC and TLS to what the server hears. */
class ListenerStackTest {

    @TempDir
    private Path folder;

    private final BlockingQueue<ApplyOutcome> outcomes = new LinkedBlockingQueue<>();
    private Channel channel;
    private ListenerDispatcher dispatcher;

    private record Current(Channel channel) implements ConfigUpdates {
        @Override
        public List<RemoteConfig> current(String product) {
            return channel.poller().configs().stream()
                    .filter(config -> config.product().equals(product))
                    .toList();
        }

        @Override
        public ConfigReport report() {
            return channel.report();
        }
    }

    private interface Applying {
        void apply(ConfigChange change) throws InterruptedException;
    }

    private record Listener(String name, Duration deadline, Applying applying) implements ConfigListener {
        @Override
        public Set<String> products() {
            return Set.of("P");
        }

        @Override
        public void apply(ConfigChange change) throws InterruptedException {
            applying.apply(change);
        }
    }

    @BeforeEach
    void begin() throws IOException {
        channel = new Channel(folder);
        dispatcher = new ListenerDispatcher(new Current(channel), (listener, outcome) -> {
            channel.poller().take(outcome, OptionalLong.of(listener));
            outcomes.add(outcome);
        });
        channel.world()
                .audience(change ->
                        dispatcher.handleEvent(new Event(change.topic(), Map.of(ConfigTopics.CHANGE, change))));
    }

    @AfterEach
    void end() throws IOException {
        dispatcher.close();
        channel.close();
    }

    private void listen(String name, Duration deadline, Applying applying) {
        dispatcher.addListener(
                new Listener(name, deadline, applying), Map.of(Constants.SERVICE_ID, (long) name.hashCode()));
    }

    private void await(String listener, ApplyState result) throws InterruptedException {
        while (true) {
            ApplyOutcome outcome = outcomes.poll(10, TimeUnit.SECONDS);
            if (outcome == null) {
                throw new AssertionError(listener + " was never " + result);
            }
            if (outcome.listener().equals(listener) && outcome.state() == result) {
                return;
            }
        }
    }

    private Report heard(String id) throws InterruptedException {
        channel.poller().poll();
        return channel.server().lastAsked().client().orElseThrow().state().orElseThrow().configStates().stream()
                .filter(state -> state.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void row24AListenerThatSleepsAMinute() throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        listen("sleeper", Duration.ofSeconds(1), change -> {
            asleep.countDown();
            TimeUnit.MINUTES.sleep(1);
        });
        listen("good", Duration.ofSeconds(30), change -> {});
        channel.publish("one");
        channel.poller().poll();
        assertThat(asleep.await(10, TimeUnit.SECONDS)).isTrue();
        long begun = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            channel.poller().poll();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        await("sleeper", ApplyState.ERROR);
        Report heard = heard("i");
        assertThat(heard.applyState()).isEqualTo(ApplyState.ERROR);
        assertThat(heard.applyError()).contains("sleeper").contains("PT1S");
    }

    @Test
    void row24AListenerThatThrows() throws Exception {
        listen("bad", Duration.ofSeconds(30), change -> {
            throw new IllegalStateException("no room");
        });
        listen("good", Duration.ofSeconds(30), change -> {});
        channel.publish("one");
        channel.poller().poll();
        await("bad", ApplyState.ERROR);
        Report heard = heard("i");
        assertThat(heard.applyState()).isEqualTo(ApplyState.ERROR);
        assertThat(heard.applyError()).contains("bad").contains("no room");
    }

    @Test
    void row24OthersGetTheirsWhileOneHangs() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        listen("deaf", Duration.ofSeconds(1), change -> {
            boolean over = false;
            while (!over) {
                try {
                    never.await();
                    over = true;
                } catch (InterruptedException e) {
                    over = never.getCount() == 0; // deaf to its interrupt
                }
            }
        });
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        listen("good", Duration.ofSeconds(30), change -> got.add(text(change)));
        try {
            for (String content : List.of("one", "two", "three")) {
                channel.publish(content);
                channel.poller().poll();
                assertThat(got.poll(10, TimeUnit.SECONDS)).isEqualTo(content);
            }
            await("deaf", ApplyState.ERROR);
        } finally {
            never.countDown();
        }
    }

    @Test
    void row24AStaleAcknowledgement() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        listen("slow", Duration.ofSeconds(30), change -> {
            if (change.config().version() == 1) {
                inside.countDown();
                go.await();
            } else {
                throw new IllegalStateException("two is refused");
            }
        });
        channel.publish("one");
        channel.poller().poll();
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        channel.publish("two");
        channel.poller().poll();
        go.countDown(); // says now that version 1 is applied; version 2 is in force
        await("slow", ApplyState.ACKNOWLEDGED);
        Report late = heard("i");
        assertThat(late.version()).isEqualTo(2);
        assertThat(late.applyState()).isNotEqualTo(ApplyState.ACKNOWLEDGED);
        await("slow", ApplyState.ERROR);
        assertThat(heard("i").applyError()).contains("two is refused");
    }

    @Test
    void row24AnAcknowledgementGoesBackOnlyWhenAllHaveApplied() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        listen("quick", Duration.ofSeconds(30), change -> {});
        listen("thorough", Duration.ofSeconds(30), change -> go.await());
        channel.server()
                .publish(
                        ConfigPath.parse("employee/P/k/config"),
                        "one",
                        channel.world().instant());
        channel.poller().poll();
        await("quick", ApplyState.ACKNOWLEDGED);
        assertThat(heard("k").applyState()).isEqualTo(ApplyState.UNACKNOWLEDGED);
        go.countDown();
        await("thorough", ApplyState.ACKNOWLEDGED);
        assertThat(heard("k").applyState()).isEqualTo(ApplyState.ACKNOWLEDGED);
    }

    private static String text(ConfigChange change) {
        return new String(change.config().content(), StandardCharsets.UTF_8);
    }
}
