// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the uses of a native handle. Closing forbids new uses at once, and frees the handle when the last use ends. So no
 * call ever uses a freed pointer, or a descriptor whose number already belongs to another file.
 */
final class Lifetime {
    private static final int CLOSED = Integer.MIN_VALUE;

    /** Number of current uses; the sign bit means closed. */
    private final AtomicInteger state = new AtomicInteger();

    private final String what;
    private final Runnable end;

    Lifetime(String what, Runnable end) {
        this.what = what;
        this.end = end;
    }

    /** Begins a use; the caller calls {@link #leave} in a finally block. */
    void enter() {
        if (!tryEnter()) {
            throw new IllegalStateException(what + " is closed");
        }
    }

    /** As {@link #enter}, but returns false if the handle is closed. */
    boolean tryEnter() {
        int seen;
        do {
            seen = state.get();
            if (seen < 0) {
                return false;
            }
        } while (!state.compareAndSet(seen, seen + 1));
        return true;
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
