// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.ProgramInfo;
import io.karst.bpf.RunTimes;
import io.karst.component.SafeText;
import io.karst.contention.TracingCost;
import io.karst.contention.TracingCost.Source;
import io.karst.locktracer.internal.pinned.Ticker;
import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the attached programs cost, and how many waits they time to keep to their budget.
 *
 * <p>The kernel measures run times only if an administrator wants it all the time, or somebody for a while: under load, this
 * class does for a moment, once for each number of timed waits and then every ten minutes. Otherwise the cost is
 * the number of waits times what was measured.
 */
final class TracingOverhead {
    private static final Logger LOG = LoggerFactory.getLogger(TracingOverhead.class);
    private static final Duration WINDOW = Duration.ofMillis(20);

    /** With fewer waits a second, the cost is far below any budget, and there is nothing to measure. */
    private static final long BUSY = 1000;

    /** With fewer runs, a mean says little. */
    private static final long ENOUGH_RUNS = 20;

    private static final Duration AFTER_BUSY = Duration.ofSeconds(1);
    private static final Duration AFTER_QUIET = Duration.ofSeconds(5);
    private static final Duration MEASURED_AGAIN_AFTER = Duration.ofMinutes(10);

    private final Sources sources;
    private final IntConsumer programs;
    private final Ticker ticker;
    private final TimingBudget budget;
    private Timing timing;
    private Reading last;
    private long measuredAt;
    private boolean refused;
    private volatile TracingCost cost;

    /**
     * Where the figures come from.
     *
     * @param begin the attached begin program
     * @param end the attached end program
     * @param waits number of waits counted so far
     * @param measuring makes the kernel measure run times
     */
    record Sources(
            Supplier<ProgramInfo> begin, Supplier<ProgramInfo> end, LongSupplier waits, Supplier<RunTimes> measuring) {}

    /**
     * Counters at one time.
     *
     * @param at monotonic ns
     * @param waits waits so far
     * @param runs runs of the begin program that the kernel measured
     * @param nanos time of both programs in measured runs
     */
    private record Reading(long at, long waits, long runs, long nanos) {
        Reading since(Reading earlier) {
            return new Reading(
                    at - earlier.at, Math.max(0, waits - earlier.waits), runs - earlier.runs, nanos - earlier.nanos);
        }

        double waitsPerSecond() {
            return at > 0 ? waits * 1e9 / at : 0;
        }

        /** Mean time of begin and end together. */
        long nanosPerRun() {
            return nanos / runs;
        }
    }

    /**
     * Continues with what the programs were told last, as far as the settings allow it.
     *
     * @param oneIn what they were told; 0 if nothing
     * @param programs tells them to time one in so many spinning waits
     */
    TracingOverhead(Sources sources, int oneIn, IntConsumer programs, Ticker ticker, Timing timing) {
        this.sources = sources;
        this.programs = programs;
        this.ticker = ticker;
        this.timing = timing;
        budget = new TimingBudget(oneIn);
        budget.limit(timing.mode());
        programs.accept(budget.oneIn());
        last = read();
        cost = cost(0, Source.ASSUMED);
    }

    /** Applies changed settings at once. */
    synchronized void change(Timing changed) {
        timing = changed;
        int before = budget.oneIn();
        budget.limit(changed.mode());
        tell(before);
    }

    /** Looks at what was counted since the last turn, and decides what is timed until the next. */
    synchronized void turn() {
        Reading now = read();
        Reading since = now.since(last);
        last = now;
        boolean measuredAllTheTime = since.runs >= Math.max(since.waits, ENOUGH_RUNS);
        if (measuredAllTheTime) {
            budget.measured(since.nanosPerRun());
            measuredAt = now.at;
            cost = cost((double) since.nanos / since.at, Source.KERNEL);
        } else {
            if (since.waitsPerSecond() >= BUSY && isDue(now.at)) {
                measure();
            }
            cost = cost(budget.share(since.waitsPerSecond()), budget.isKnown() ? Source.MEASURED : Source.ASSUMED);
        }
        int before = budget.oneIn();
        budget.choose(timing, since.waitsPerSecond());
        tell(before);
    }

    private void tell(int before) {
        if (budget.oneIn() != before) {
            programs.accept(budget.oneIn());
            LOG.debug("timing one in {} spinning waits, before: {} cost={}", budget.oneIn(), before, cost);
        }
        cost = new TracingCost(cost.cpuShare(), cost.nanosPerWait(), cost.source(), budget.oneIn(), timing.budget());
    }

    private boolean isDue(long now) {
        return !refused && (!budget.isMeasured() || now - measuredAt > MEASURED_AGAIN_AFTER.toNanos());
    }

    private void measure() {
        Reading before = read();
        try (RunTimes measuring = sources.measuring().get()) {
            long until = before.at + WINDOW.toNanos();
            for (long left = WINDOW.toNanos(); left > 0; left = until - ticker.nanos()) {
                ticker.park(left);
            }
        } catch (BpfException e) {
            refused = true;
            LOG.info("the cost of tracing is assumed, not measured: {}", SafeText.of(e.getMessage()));
        }
        last = read(); // the next turn must not take these runs for the kernel's own measurement
        Reading window = last.since(before);
        if (window.runs >= ENOUGH_RUNS) {
            budget.measured(window.nanosPerRun());
            measuredAt = last.at;
        }
    }

    private Reading read() {
        ProgramInfo begin = sources.begin().get();
        ProgramInfo end = sources.end().get();
        return new Reading(
                ticker.nanos(), sources.waits().getAsLong(), begin.runs(), begin.runNanos() + end.runNanos());
    }

    private TracingCost cost(double share, Source source) {
        return new TracingCost(share, budget.nanosPerWait(), source, budget.oneIn(), timing.budget());
    }

    /** As of the last turn. */
    TracingCost cost() {
        return cost;
    }

    /** For who wants to know the cost now: turns if the last turn was more than a second ago. */
    synchronized void refresh() {
        if (ticker.nanos() - last.at >= AFTER_BUSY.toNanos()) {
            turn();
        }
    }

    /** Time to the next turn. */
    Duration interval() {
        TracingCost now = cost;
        return now.oneIn() > 1 || now.cpuShare() > now.budget() / 10 ? AFTER_BUSY : AFTER_QUIET;
    }
}
