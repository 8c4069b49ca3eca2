// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import io.karst.contention.ContentionSnapshot;
import io.karst.contention.LostReason;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.jspecify.annotations.Nullable;

/** Whether events of the kernel could not be counted, from one check to the next. Thread-safe. */
final class LostEvents {

    private record Before(Instant tracing, Instant at, Map<LostReason, Long> lost) {}

    private @Nullable Before before;

    /**
     * Compares with the reading of the last check.
     *
     * @param reading all since tracing began; empty if the tracer is not ready
     */
    synchronized Result check(Optional<ContentionSnapshot> reading) {
        if (reading.isEmpty()) {
            before = null;
            return Checks.result(Status.TEMPORARILY_UNAVAILABLE, "not known: the lock tracer is not ready");
        }
        ContentionSnapshot now = reading.get();
        Before last = before;
        before = new Before(now.from(), now.to(), now.lost());
        Before since = last == null || !last.tracing().equals(now.from())
                ? new Before(now.from(), now.from(), Map.of())
                : last;
        Map<String, Long> lost = new TreeMap<>();
        now.lost().forEach((reason, count) -> {
            long more = count - since.lost().getOrDefault(reason, 0L);
            if (more > 0) {
                lost.put(reason.word(), more);
            }
        });
        return lost.isEmpty()
                ? Checks.result(Status.OK, "no event was lost since " + since.at())
                : Checks.result(Status.WARN, "events lost since " + since.at() + ": " + lost);
    }
}
