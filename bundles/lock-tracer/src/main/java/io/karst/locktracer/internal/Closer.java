// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import java.util.ArrayDeque;
import java.util.Deque;

/** Resources closed together, in reverse order of {@link #add}. All are closed, even if one fails. */
final class Closer implements AutoCloseable {

    /** A resource whose close throws no checked exception. */
    @FunctionalInterface
    interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    private final Deque<Closing> things = new ArrayDeque<>();

    void add(Closing thing) {
        things.push(thing);
    }

    @Override
    @SuppressWarnings("IllegalCatch") // the others still have to be closed
    public void close() {
        RuntimeException first = null;
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
