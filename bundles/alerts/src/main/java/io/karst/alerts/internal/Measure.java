// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.alerts.internal;

import io.karst.component.Units;
import io.karst.contention.ContentionSnapshot.WaitCounters;
import io.karst.resource.LockFamily;
import io.karst.resource.LockKind;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/** What an alert compares with its threshold: of the locks of one kind in a map, from one reading to the next. */
enum Measure {
    /** Share of the time of all CPUs that was lost waiting, 0 to 1; a mutex has none, as its waiters sleep. */
    SHARE(1, "of the CPU time lost waiting"),
    /** 99th percentile of the waits, ns. */
    P99(3600e9, "99th percentile"),
    /** Waits per second. */
    RATE(1e12, "waits");

    private final double most;
    private final String what;

    Measure(double most, String what) {
        this.most = most;
        this.what = what;
    }

    /** How settings and JSON call it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** By how much to multiply a number with this unit; empty if it is no unit of this measure. */
    OptionalDouble factor(String unit) {
        double factor = switch (unit) {
            case "%" -> this == SHARE ? 0.01 : 0;
            case "/s" -> this == RATE ? 1 : 0;
            case "ns" -> this == P99 ? 1 : 0;
            case "us", "µs" -> this == P99 ? 1e3 : 0;
            case "ms" -> this == P99 ? 1e6 : 0;
            case "s" -> this == P99 ? 1e9 : 0;
            default -> 0;
        };
        return factor > 0 ? OptionalDouble.of(factor) : OptionalDouble.empty();
    }

    /** Largest threshold; the smallest is above 0. */
    double most() {
        return most;
    }

    /**
     * Measures waits.
     *
     * @param elapsed in which time they ended, above 0
     * @param cpus number of CPUs, at least 1
     * @return empty if such locks cannot be measured so
     */
    OptionalDouble of(LockKind kind, WaitCounters waits, Duration elapsed, int cpus) {
        double seconds = elapsed.toNanos() / 1e9;
        return switch (this) {
            case SHARE ->
                kind.family() == LockFamily.MUTEX
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(Math.min(1, waits.totalNanos() / 1e9 / seconds / cpus));
            case P99 -> OptionalDouble.of((double) waits.percentile(0.99));
            case RATE -> OptionalDouble.of(waits.count() / seconds);
        };
    }

    /** A value with its unit. */
    String text(double value) {
        return switch (this) {
            case SHARE -> Units.percent(value) + " %";
            case P99 -> Units.nanos(Math.round(value));
            case RATE -> Units.count(Math.round(value)) + "/s";
        };
    }

    /** What a value of it is, for a sentence. */
    String what() {
        return what;
    }
}
