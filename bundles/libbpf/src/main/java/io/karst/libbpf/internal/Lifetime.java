// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps a native thing alive while calls use it. Close forbids new uses at once and ends the thing when the last use is
 * over, so that no call ever meets a freed pointer or a descriptor number that now means another file.
 */
final class Lifetime {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** Uses in flight; the sign bit says closed. */
    private final AtomicInteger state = new AtomicInteger();

    private final String what;
    private final Runnable end;

    Lifetime(String what, Runnable end) {
        this.what = what;
        this.end = end;
    }

    /** Begins a use; the caller calls {@link #leave} in a finally block. */
    void enter() {
        int seen;
        do {
            seen = state.get();
            if (seen < 0) {
                throw new IllegalStateException(what + " is closed");
            }
        } while (!state.compareAndSet(seen, seen + 1));
    }

    void leave() {
        if (state.decrementAndGet() == CLOSED) {
            end.run();
        }
    }

    void close() {
        int seen = state.getAndUpdate(s -> s | CLOSED);
        if (seen == 0) {
            end.run();
        }
    }

    String what() {
        return what;
    }
}
