// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.contention.LockVisibility.Visibility;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What was seen while threads contended for one lock.
 *
 * @param threads how many
 * @param taken how often they took the lock
 * @param waits how many waits the tracer counted
 * @param meetings how often they met, if that can be known
 */
record Trial(int threads, long taken, long waits, Optional<Meetings> meetings) {

    /** Number of meetings from which on a test proves something. */
    private static final long ENOUGH = 20;

    /** Number of meetings of three threads after which one would have queued, if waiters of this lock did. */
    private static final long OFTEN = 1000;

    /**
     * Meetings on the lock.
     *
     * @param met how often a thread found the lock held
     * @param queued how often it found that one thread held it and another one waited
     */
    record Meetings(long met, long queued) {}

    String text() {
        return waits + " waits seen while " + threads + " threads took the lock " + taken + " times"
                + meetings.map(each -> " and found it held " + each.met() + " times")
                        .orElse("");
    }

    /** Whether every thread that had to wait was seen. With two threads nobody queues, so all were first waiters. */
    boolean showsFirstWaiters() {
        return threads == 2 && met() >= ENOUGH && waits * 2 >= met();
    }

    private long met() {
        return meetings.map(Meetings::met).orElse(0L);
    }

    private long queued() {
        return meetings.map(Meetings::queued).orElse(0L);
    }

    /**
     * What trials with a spin lock prove, plain or resilient. No wait proves blindness only if threads had to wait: with three
     * CPUs or more, behind a first waiter, as some kernels report only those that queue there. If nobody ever queues although
     * three threads met often in each trial, waiters of this lock form no queue at all.
     *
     * @param possibleCpus possible CPUs of the machine; with two, nobody ever queues
     * @param usableCpus CPUs that this process may use
     */
    static Visibility visibility(List<Trial> trials, int possibleCpus, int usableCpus) {
        if (trials.stream().anyMatch(Trial::showsFirstWaiters)) {
            return Visibility.FULL;
        }
        if (trials.stream().anyMatch(trial -> trial.waits() > 0)) {
            return Visibility.PARTIAL;
        }
        long queued = sum(trials, Trial::queued);
        boolean proven = possibleCpus < 3
                ? sum(trials, Trial::met) >= ENOUGH
                : queued >= ENOUGH || (queued == 0 && usableCpus >= 3 && metOften(trials));
        return proven ? Visibility.BLIND : Visibility.NOT_TESTED;
    }

    private static long sum(List<Trial> trials, ToLongFunction<Trial> of) {
        return trials.stream().mapToLong(of).sum();
    }

    private static boolean metOften(List<Trial> trials) {
        List<Trial> ofThree =
                trials.stream().filter(trial -> trial.threads() >= 3).toList();
        return !ofThree.isEmpty() && ofThree.stream().allMatch(trial -> trial.met() >= OFTEN);
    }
}
