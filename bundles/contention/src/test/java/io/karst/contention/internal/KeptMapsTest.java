// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.MapInfo;
import io.karst.resource.Inventory;
import io.karst.resource.MapKey;
import io.karst.resource.MapResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptMapsTest {
    @TempDir
    private Path folder;

    private final KnownMaps known = new KnownMaps(() -> 0, Map.of());
    private final Semaphore attempts = new Semaphore(0);

    @BeforeEach
    void boot() throws IOException {
        Files.writeString(folder.resolve("boot_id"), "one\n");
    }

    @Test
    void aChangeIsWrittenWithoutAStop() throws InterruptedException {
        try (KeptMaps kept = kept()) {
            assertThat(kept).isNotNull();
            learn("first");
            assertThat(attempts.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            learn("second"); // its attempt comes when the one before has ended
            assertThat(attempts.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            assertThat(names()).isNotEmpty();
        }
        assertThat(names()).containsExactly("second");
    }

    @Test
    void whatDidNotChangeIsNotWritten() throws InterruptedException {
        try (KeptMaps kept = kept()) {
            assertThat(kept).isNotNull();
            learn("same");
            assertThat(attempts.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            learn("same");
        }
        assertThat(attempts.availablePermits()).isZero();
        assertThat(names()).containsExactly("same");
    }

    @Test
    void aFailedWriteIsTriedAgain() throws IOException, InterruptedException {
        Path inTheWay = Files.writeString(folder.resolve("karst"), "");
        try (KeptMaps kept = kept()) {
            assertThat(kept).isNotNull();
            learn("map");
            assertThat(attempts.tryAcquire(3, 20, TimeUnit.SECONDS)).isTrue();
            Files.delete(inTheWay);
        }
        assertThat(names()).containsExactly("map");
    }

    @Test
    void aFailureOfTheTracerEndsNothing() throws InterruptedException {
        AtomicBoolean closed = new AtomicBoolean(true);
        KeptMaps kept = new KeptMaps(
                known,
                () -> {
                    attempts.release();
                    if (closed.getAndSet(false)) {
                        throw new IllegalStateException("the lock tracer is closed");
                    }
                    return Set.of();
                },
                file(),
                Duration.ofMillis(10));
        learn("map");
        assertThat(attempts.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
        kept.close();
        kept.close();
        assertThat(names()).containsExactly("map");
    }

    private KeptMaps kept() {
        return new KeptMaps(known, this::counted, file(), Duration.ofMillis(10));
    }

    private Set<MapKey> counted() {
        attempts.release();
        return Set.of();
    }

    private MapsFile file() {
        return new MapsFile(folder.resolve("karst/maps.bin"), folder.resolve("boot_id"));
    }

    private List<String> names() {
        return file().read().values().stream().map(KnownMaps.Known::name).toList();
    }

    private void learn(String name) {
        MapInfo info = new MapInfo(1, 1, "hash", name, 4, 8, 1, 0, 0);
        known.learn(new Inventory(
                1,
                Instant.EPOCH,
                List.of(new MapResource(info, 1, List.of(), List.of(), List.of(), List.of())),
                Set.of(),
                List.of()));
    }
}
