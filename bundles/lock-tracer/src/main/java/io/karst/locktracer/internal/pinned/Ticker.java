// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import java.util.concurrent.locks.LockSupport;

/** Passing time. */
public interface Ticker {

    /** The real one. */
    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void park(long nanos) {
            LockSupport.parkNanos(nanos);
        }
    };

    /** Nanoseconds since some moment, as {@link System#nanoTime}. */
    long nanos();

    /** Lets time pass, at most so long; may return early. */
    void park(long nanos);
}
