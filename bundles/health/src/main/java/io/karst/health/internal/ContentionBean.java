// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.component.SafeText;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.BlindSpot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** Contention for JMX. */
record ContentionBean(Supplier<Optional<ContentionSnapshot>> reading) implements ContentionMXBean {

    /** A console reads all attributes again and again. */
    static final int MOST = 100;

    private <R> R read(Function<ContentionSnapshot, R> read, R without) {
        return reading.get().map(read).orElse(without);
    }

    @Override
    public boolean isAvailable() {
        return read(now -> true, false);
    }

    @Override
    public String getTracingSince() {
        return read(now -> now.from().toString(), "");
    }

    @Override
    public long getWaits() {
        return read(
                now -> now.perKind().stream()
                        .mapToLong(waits -> waits.counters().count())
                        .sum(),
                0L);
    }

    @Override
    public long getWaitedNanos() {
        return read(
                now -> now.perKind().stream()
                        .mapToLong(waits -> waits.counters().totalNanos())
                        .sum(),
                0L);
    }

    @Override
    public Map<String, Long> getLostEvents() {
        Map<String, Long> lost = new TreeMap<>();
        reading.get().ifPresent(now -> now.lost().forEach((reason, count) -> lost.put(reason.word(), count)));
        return lost;
    }

    @Override
    public List<String> getBlindSpots() {
        return read(now -> now.blindSpots().stream().map(ContentionBean::text).toList(), List.of());
    }

    private static String text(BlindSpot spot) {
        return SafeText.of(spot.subject().isEmpty() ? spot.text() : spot.subject() + ": " + spot.text());
    }

    @Override
    public List<Locks> getLocks() {
        return read(
                now -> now.perKind().stream()
                        .sorted(Comparator.comparingLong(
                                        (LockWaits waits) -> waits.counters().totalNanos())
                                .reversed())
                        .limit(MOST)
                        .<Locks>map(Line::new)
                        .toList(),
                List.of());
    }

    private record Line(LockWaits of) implements Locks {

        @Override
        public String getMap() {
            return SafeText.of(of.map());
        }

        @Override
        public int getMapId() {
            return of.mapId();
        }

        @Override
        public String getMapType() {
            return SafeText.of(of.type());
        }

        @Override
        public String getKind() {
            return of.kind().map(Enum::name).orElse("");
        }

        @Override
        public long getWaits() {
            return of.counters().count();
        }

        @Override
        public long getWaitedNanos() {
            return of.counters().totalNanos();
        }

        @Override
        public long getP99Nanos() {
            return of.counters().percentile(0.99);
        }

        @Override
        public long getMaxNanos() {
            return of.counters().maxNanos();
        }
    }
}
