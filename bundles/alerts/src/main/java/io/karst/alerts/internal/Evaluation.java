// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.alerts.internal.AlertStatus.State;
import io.karst.contention.ContentionSnapshot;
import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockKind;
import io.karst.resource.MapKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Decides from one reading to the next which alerts fire. An alert is pending until its value was above the threshold for the time of
 * its rule, and ends when it was not for as long. Is told the time. Not thread-safe.
 */
final class Evaluation {

    /** Most locks that one alert follows at a time. */
    static final int MOST_LOCKS = 64;

    private static final String NO_PAIR = "two readings are needed, and the first has just been taken";

    private record Lock(MapKey map, LockKind kind) {}

    /** Monotonic time of the reading before and of this one, ns, and the time of day. */
    private record Times(long before, long now, Instant at) {}

    /** The value of a lock that was waited for. */
    private record Measured(Lock lock, String mapName, double value) {}

    /** Locks that an alert follows, since when it follows none, and what it found in the last reading. */
    private record Watch(Map<Lock, LockAlert> locks, Instant idleSince, OptionalDouble largest, int leftOut) {
        static Watch idle(Instant since) {
            return new Watch(Map.of(), since, OptionalDouble.empty(), 0);
        }
    }

    /** Since when nobody could look, and why. */
    private record Blind(Instant since, String why) {}

    private final Map<AlertRule, Watch> watches = new LinkedHashMap<>();
    private @Nullable ContentionSnapshot last;
    private long lastNanos;
    private @Nullable Blind blind;

    /** Has no alerts and no reading yet. */
    Evaluation(Instant at) {
        blind = new Blind(at, NO_PAIR);
    }

    /**
     * Replaces the alerts. Those that stay the same go on; of the others, what fires is resolved.
     *
     * @return what changed by that
     */
    List<AlertChange> use(List<AlertRule> rules, Instant at) {
        Map<AlertRule, Watch> before = new LinkedHashMap<>(watches);
        watches.clear();
        rules.forEach(rule -> {
            Watch kept = before.remove(rule);
            watches.put(rule, kept == null ? Watch.idle(at) : kept);
        });
        return before.values().stream()
                .flatMap(gone -> gone.locks().values().stream())
                .filter(LockAlert::firing)
                .map(alert -> AlertChange.removed(alert, at))
                .toList();
    }

    /**
     * Takes a reading of all counters since tracing began. The same reading twice counts once.
     *
     * @param nanos monotonic time
     * @param cpus number of CPUs
     * @return what changed by that
     */
    List<AlertChange> read(ContentionSnapshot reading, int cpus, long nanos, Instant at) {
        ContentionSnapshot before = last;
        if (before != null && before.to().equals(reading.to())) {
            return List.of();
        }
        Times times = new Times(lastNanos, nanos, at);
        last = reading;
        lastNanos = nanos;
        if (before == null || !isComparable(before, reading)) {
            lookAway(NO_PAIR, at);
            return List.of();
        }
        lookAgain(times);
        Map<Lock, WaitCounters> earlier = new HashMap<>();
        before.perKind().forEach(waits -> earlier.put(lock(waits), waits.counters()));
        List<LockWaits> since = reading.perKind().stream()
                .map(waits -> since(earlier.getOrDefault(lock(waits), WaitCounters.NONE), waits))
                .filter(waits -> waits.counters().count() > 0)
                .toList();
        Duration elapsed = Duration.between(before.to(), reading.to());
        List<AlertChange> changes = new ArrayList<>();
        watches.replaceAll((rule, watch) -> next(watch, rule, measured(rule, since, elapsed, cpus), times, changes));
        return changes;
    }

    /** Whether both are of the same counters, and the clock was not set back. */
    private static boolean isComparable(ContentionSnapshot before, ContentionSnapshot reading) {
        return before.from().equals(reading.from()) && reading.to().isAfter(before.to());
    }

    private static Lock lock(LockWaits waits) {
        return new Lock(waits.key(), waits.kind().orElseThrow());
    }

    private static LockWaits since(WaitCounters earlier, LockWaits waits) {
        return new LockWaits(
                waits.key(),
                waits.map(),
                waits.type(),
                waits.owners(),
                waits.kind(),
                waits.index(),
                waits.counters().minus(earlier));
    }

    /** Largest first. */
    private static List<Measured> measured(AlertRule rule, List<LockWaits> since, Duration elapsed, int cpus) {
        List<Measured> found = new ArrayList<>();
        for (LockWaits waits : since) {
            LockKind kind = waits.kind().orElseThrow();
            if (rule.isAbout(waits.map(), kind)) {
                rule.measure()
                        .of(kind, waits.counters(), elapsed, cpus)
                        .ifPresent(value -> found.add(new Measured(lock(waits), waits.map(), value)));
            }
        }
        found.sort(Comparator.comparingDouble(Measured::value).reversed());
        return found;
    }

    private static Watch next(
            Watch watch, AlertRule rule, List<Measured> measured, Times times, List<AlertChange> changes) {
        Map<Lock, Double> values = new HashMap<>();
        measured.forEach(each -> values.put(each.lock(), each.value()));
        Map<Lock, LockAlert> locks = new LinkedHashMap<>();
        watch.locks().forEach((lock, alert) -> {
            double value = values.getOrDefault(lock, 0.0);
            Optional<LockAlert> next = alert.next(value, times.now(), times.at());
            next.ifPresent(same -> locks.put(lock, same));
            if (next.isEmpty() && alert.firing()) {
                changes.add(AlertChange.quiet(alert.measured(value), times.at()));
            } else if (next.isPresent() && next.get().firing() && !alert.firing()) {
                changes.add(AlertChange.firing(next.get(), times.at()));
            }
        });
        int leftOut = 0;
        for (Measured each : measured) {
            if (each.value() > rule.threshold() && !locks.containsKey(each.lock())) {
                if (locks.size() < MOST_LOCKS) {
                    locks.put(each.lock(), begun(rule, each, times, changes));
                } else {
                    leftOut++;
                }
            }
        }
        Instant idleSince = watch.locks().isEmpty() ? watch.idleSince() : times.at();
        double largest = measured.isEmpty() ? 0 : measured.get(0).value();
        return new Watch(locks, idleSince, OptionalDouble.of(largest), leftOut);
    }

    /** A reading says what was since the one before: so long it has been above the threshold. */
    private static LockAlert begun(AlertRule rule, Measured found, Times times, List<AlertChange> changes) {
        LockAlert begun = new LockAlert(
                rule,
                found.lock().map(),
                found.mapName(),
                found.lock().kind(),
                found.value(),
                false,
                times.at(),
                times.before());
        LockAlert next = begun.next(found.value(), times.now(), times.at()).orElseThrow();
        if (next.firing()) {
            changes.add(AlertChange.firing(next, times.at()));
        }
        return next;
    }

    /**
     * Nobody can look. What fires is not resolved by that; what is pending begins anew.
     *
     * @param why in one line
     */
    void couldNotLook(String why, Instant at) {
        last = null;
        lookAway(why, at);
    }

    private void lookAway(String why, Instant at) {
        blind = new Blind(blind == null ? at : blind.since(), why);
        watches.replaceAll((rule, watch) -> {
            Map<Lock, LockAlert> firing = new LinkedHashMap<>(watch.locks());
            firing.values().removeIf(alert -> !alert.firing());
            return new Watch(firing, watch.idleSince(), OptionalDouble.empty(), 0);
        });
    }

    private void lookAgain(Times times) {
        if (blind == null) {
            return;
        }
        blind = null;
        watches.replaceAll((rule, watch) -> {
            Map<Lock, LockAlert> locks = new LinkedHashMap<>(watch.locks());
            locks.replaceAll((lock, alert) -> alert.lastAbove(times.before()));
            return new Watch(locks, times.at(), OptionalDouble.empty(), 0);
        });
    }

    /** Each lock that an alert follows; of an alert that follows none, the alert alone. In the order of the settings. */
    List<AlertStatus> status() {
        List<AlertStatus> all = new ArrayList<>();
        Blind dark = blind;
        watches.forEach((rule, watch) -> {
            if (watch.locks().isEmpty()) {
                all.add(
                        dark == null
                                ? new AlertStatus(
                                        rule,
                                        State.INACTIVE,
                                        watch.idleSince(),
                                        Optional.empty(),
                                        watch.largest(),
                                        "",
                                        watch.leftOut())
                                : notKnown(rule, Optional.empty(), dark));
            }
            watch.locks()
                    .values()
                    .forEach(alert -> all.add(
                            dark == null ? status(alert, watch.leftOut()) : notKnown(rule, Optional.of(alert), dark)));
        });
        return all;
    }

    private static AlertStatus status(LockAlert alert, int leftOut) {
        return new AlertStatus(
                alert.rule(),
                alert.firing() ? State.FIRING : State.PENDING,
                alert.since(),
                Optional.of(alert),
                OptionalDouble.of(alert.value()),
                "",
                leftOut);
    }

    private static AlertStatus notKnown(AlertRule rule, Optional<LockAlert> firing, Blind dark) {
        return new AlertStatus(rule, State.NOT_KNOWN, dark.since(), firing, OptionalDouble.empty(), dark.why(), 0);
    }
}
