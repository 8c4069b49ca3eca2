// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.contention.ContentionSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecordingTest {
    private static final String NAME = "io.karst.LockContention";

    private final AtomicInteger readings = new AtomicInteger();
    private final Semaphore read = new Semaphore(0);
    private final FlightRecording flight = new FlightRecording(this::reading);

    @TempDir
    private Path folder;

    /** A second and ten waits later each time. */
    private Optional<ContentionSnapshot> reading() {
        int second = readings.incrementAndGet();
        read.release();
        return Optional.of(Samples.reading(Samples.NOW.plusSeconds(second), "flow\u001btable", 10L * second, Map.of()));
    }

    @AfterEach
    void close() {
        flight.close();
    }

    private List<RecordedEvent> events(Recording recording, int times) throws Exception {
        read.drainPermits(); // of a recording before
        recording.start();
        assertThat(read.tryAcquire(times, 30, TimeUnit.SECONDS)).isTrue();
        recording.stop();
        Path file = folder.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(NAME))
                .toList();
    }

    @Test
    void aRecordingThatAsksForThemGetsEvents() throws Exception {
        try (Recording recording = new Recording()) {
            recording.enable(NAME).withPeriod(Duration.ofMillis(50));
            List<RecordedEvent> events = events(recording, 4);
            assertThat(events).isNotEmpty();
            RecordedEvent event = events.get(0);
            assertThat(event.getString("map")).isEqualTo("flow?table");
            assertThat(event.getInt("mapId")).isEqualTo(12);
            assertThat(event.getString("lockKind")).isEqualTo("HASH_BUCKET");
            assertThat(event.getLong("waits")).isEqualTo(10);
            assertThat(event.getDuration("waited")).isEqualTo(Duration.ofNanos(10 << 20));
        }
    }

    /** JFR calls everything with a period at the begin of a recording that has it. */
    @Test
    void aRecordingThatDoesNotAskReadsNoCounter() throws Exception {
        try (Recording recording = new Recording()) {
            recording.disable(NAME);
            Semaphore turns = new Semaphore(0);
            Runnable turn = turns::release;
            FlightRecorder.addPeriodicEvent(Turn.class, turn);
            recording.enable(Turn.class).withPeriod(Duration.ofMillis(20));
            recording.start();
            assertThat(turns.tryAcquire(5, 30, TimeUnit.SECONDS)).isTrue();
            FlightRecorder.removePeriodicEvent(turn);
            assertThat(readings).hasValue(0);
        }
    }

    private static final class Turn extends Event {}

    @Test
    void whatWasBetweenTwoRecordingsBelongsToNeither() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (Recording recording = new Recording()) {
                recording.enable(NAME).withPeriod(Duration.ofMillis(50));
                assertThat(events(recording, 3)).isNotEmpty().allMatch(event -> event.getLong("waits") == 10);
            }
            readings.addAndGet(1000);
        }
    }

    @Test
    void closedItIsNotAnEventAnyMore() {
        assertThat(names()).contains(NAME);
        flight.close();
        assertThat(names()).doesNotContain(NAME);
    }

    private static List<String> names() {
        return FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .map(EventType::getName)
                .toList();
    }
}
