// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import java.util.concurrent.locks.LockSupport;

/** Passing time. */
interface Ticker {

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

    /** Nanoseconds since some moment. */
    long nanos();

    /** Lets time pass; may return early. */
    void park(long nanos);
}
