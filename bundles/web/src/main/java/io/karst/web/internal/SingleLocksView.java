// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import com.google.gson.JsonArray;
import io.karst.contention.ContentionHistory.SingleLock;
import io.karst.contention.ContentionHistory.SingleLocks;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The single locks of a map over time as JSON: the longest waited, and the rest as one. */
final class SingleLocksView {
    /** Most locks of a document. */
    private static final int MAX_LOCKS = 24;

    private record Lock(LockKind kind, long index) {}

    /** Waits of one lock in all steps. */
    private static final class Line {
        private final long[] nanos;
        private long count;
        private long total;

        Line(int steps) {
            nanos = new long[steps];
        }

        void add(int step, long waits, long waited) {
            nanos[step] += waited;
            count += waits;
            total += waited;
        }
    }

    private SingleLocksView() {}

    /**
     * The array {@code single}; empty if no step knows a single lock.
     *
     * @param steps oldest first
     * @param rows the map's rows in each step
     * @param single its single locks, in the same steps or in some of them
     */
    static JsonArray of(List<ContentionSnapshot> steps, List<List<LockWaits>> rows, List<SingleLocks> single) {
        Map<Instant, SingleLocks> byEnd = new HashMap<>();
        single.forEach(locks -> byEnd.put(locks.to(), locks));
        Map<Lock, Line> lines = new LinkedHashMap<>();
        Line rest = new Line(steps.size());
        for (int at = 0; at < steps.size(); at++) {
            int step = at;
            rows.get(at)
                    .forEach(row -> rest.add(
                            step, row.counters().count(), row.counters().totalNanos()));
            SingleLocks locks = byEnd.get(steps.get(at).to());
            for (SingleLock lock : locks == null ? List.<SingleLock>of() : locks.locks()) {
                lines.computeIfAbsent(new Lock(lock.kind(), lock.index()), key -> new Line(steps.size()))
                        .add(step, lock.count(), lock.totalNanos());
            }
        }
        List<Map.Entry<Lock, Line>> longest = lines.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Lock, Line> entry) -> entry.getValue().total)
                        .reversed())
                .limit(MAX_LOCKS)
                .toList();
        List<Json> all = new ArrayList<>();
        for (Map.Entry<Lock, Line> entry : longest) {
            subtract(rest, entry.getValue());
            all.add(line(steps, Optional.of(entry.getKey()), entry.getValue()));
        }
        if (!all.isEmpty()) {
            all.add(line(steps, Optional.empty(), rest));
        }
        return Json.each(all, each -> each);
    }

    /** A reading may catch the kernel between the counters of a lock and of its range: what is left is never negative. */
    private static void subtract(Line rest, Line lock) {
        for (int step = 0; step < lock.nanos.length; step++) {
            long nanos = Math.min(rest.nanos[step], lock.nanos[step]);
            rest.nanos[step] -= nanos;
            rest.total -= nanos;
        }
        rest.count = Math.max(0, rest.count - lock.count);
    }

    private static Json line(List<ContentionSnapshot> steps, Optional<Lock> lock, Line line) {
        JsonArray waiting = new JsonArray();
        for (int at = 0; at < steps.size(); at++) {
            waiting.add(ContentionView.waiting(line.nanos[at], steps.get(at)));
        }
        return new Json()
                .put("kind", lock.map(Lock::kind))
                .put("index", lock.map(Lock::index))
                .put("count", line.count)
                .put("totalNanos", line.total)
                .put("waiting", waiting);
    }
}
