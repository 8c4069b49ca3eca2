// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.contention.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.LockContention;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs locks whose share of waiting exceeds a threshold, each at most once a minute. */
final class WaitWatch {

    private static final Logger LOG = LoggerFactory.getLogger(WaitWatch.class);

    private final LockContention contention;
    private RateLimitedLog rate = new RateLimitedLog(System::nanoTime);
    private Optional<ContentionSnapshot> before = Optional.empty();

    WaitWatch(LockContention contention) {
        this.contention = contention;
    }

    private record Key(MapKey map, Optional<LockKind> kind) {
        static Key of(LockWaits waits) {
            return new Key(waits.key(), waits.kind());
        }
    }

    /**
     * Compares the waits since the last call with the threshold.
     *
     * @param maxShare the threshold, as a share of the time; absent for none
     */
    int look(Optional<Double> maxShare) {
        if (maxShare.isEmpty()) {
            before = Optional.empty();
            rate = new RateLimitedLog(System::nanoTime);
            return 0;
        }
        ContentionSnapshot now = contention.sinceStart();
        int exceeding = 0;
        if (before.isPresent()) {
            Map<Key, Long> earlier = totals(before.get());
            double nanos =
                    Math.max(1, Duration.between(before.get().to(), now.to()).toNanos());
            for (LockWaits waits : now.perKind()) {
                Key key = Key.of(waits);
                double share = (waits.counters().totalNanos() - earlier.getOrDefault(key, 0L)) / nanos;
                if (share > maxShare.get()) {
                    exceeding++;
                    tell(key, waits, share, maxShare.get());
                }
            }
        }
        before = Optional.of(now);
        return exceeding;
    }

    private static Map<Key, Long> totals(ContentionSnapshot snapshot) {
        Map<Key, Long> totals = new HashMap<>();
        snapshot.perKind()
                .forEach(waits -> totals.put(Key.of(waits), waits.counters().totalNanos()));
        return totals;
    }

    private void tell(Key key, LockWaits waits, double share, double allowed) {
        if (rate.permit(key).isPresent()) {
            LOG.warn(
                    "map={} id={} kind={} waited={} of the time, allowed={}",
                    SafeText.of(waits.map()),
                    waits.mapId(),
                    waits.kind().map(Enum::name).orElse("ALL"),
                    String.format(Locale.ROOT, "%.4f", share),
                    allowed);
        }
    }
}
