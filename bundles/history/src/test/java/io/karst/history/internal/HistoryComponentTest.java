// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.history.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.component.AtomicFile;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.contention.LockContention;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import io.karst.testing.UnreadContention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryComponentTest {
    private static final Instant START = Instant.parse("2026-11-29T00:00:00Z");

    private final Path folder;
    private final Path file;
    private int seconds;
    private boolean fails;

    HistoryComponentTest(@TempDir Path folder) {
        this.folder = folder;
        file = folder.resolve("history").resolve("history.bin");
    }

    /** One wait more in each second. */
    private final LockContention contention = new UnreadContention() {
        @Override
        public ContentionSnapshot latest() {
            if (fails) {
                throw new IllegalStateException("the kernel refuses");
            }
            seconds++;
            long[] histogram = new long[WaitCounters.BUCKETS];
            histogram[10] = seconds;
            WaitCounters counters = new WaitCounters(seconds * 1024L, 1024, 0, 0, histogram);
            return new ContentionSnapshot(
                    START,
                    START.plusSeconds(seconds),
                    List.of(LockWaits.of(new MapKey(7, 7), LockKind.HASH_BUCKET, OptionalLong.empty(), counters)),
                    List.of(),
                    Map.of(),
                    List.of());
        }
    };

    private HistoryComponent start() {
        HistoryComponent history = new HistoryComponent(new AtomicFile(file));
        history.contention = List.of(contention);
        return history;
    }

    private static int steps(HistoryComponent history) {
        return history.between(Instant.MIN, Instant.MAX).size();
    }

    @Test
    void aRestartOfTheBundleKeepsTheHistory() {
        HistoryComponent first = start();
        for (int i = 0; i < 4; i++) {
            first.read();
        }
        first.close();
        HistoryComponent second = start();
        assertThat(steps(second)).isEqualTo(3);
        second.read();
        second.read();
        assertThat(steps(second)).isEqualTo(4);
        second.close();
        second.close();
        assertThat(steps(start())).isEqualTo(4);
    }

    @Test
    void aDamagedFileIsReplaced() throws Exception {
        Files.createDirectories(folder.resolve("history"));
        Files.writeString(file, "not a history");
        HistoryComponent history = start();
        history.read();
        history.read();
        history.close();
        assertThat(steps(start())).isEqualTo(1);
    }

    @Test
    void withoutATracerTheHistoryIsReadable() {
        HistoryComponent history = start();
        history.read();
        history.read();
        history.contention = List.of();
        history.read();
        assertThat(steps(history)).isEqualTo(1);
        assertThat(history.oldest()).isPresent();
    }

    @Test
    void aFailedReadingIsNotTheLast() {
        HistoryComponent history = start();
        history.read();
        fails = true;
        history.read();
        fails = false;
        history.read();
        assertThat(steps(history)).isEqualTo(1);
    }

    @Test
    void aFileThatCannotBeWrittenStopsNothing() throws Exception {
        Files.writeString(folder.resolve("history"), "in the way");
        HistoryComponent history = start();
        history.read();
        history.read();
        history.save();
        assertThat(steps(history)).isEqualTo(1);
        history.close();
    }
}
