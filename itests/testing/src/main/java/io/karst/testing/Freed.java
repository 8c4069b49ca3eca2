// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.testing;

import io.karst.bpf.Bpf;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits until the kernel has freed something. It does so a little after the last descriptor or pin is gone: after an RCU
 * grace period, or in a work queue, depending on its version.
 */
public final class Freed {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Freed() {}

    /** Waits until no map has this id. Does not open it: the kernel never frees a program array opened meanwhile. */
    public static void awaitMap(Bpf bpf, int id) {
        await("map " + id, () -> bpf.nextId(Bpf.Type.MAP, id - 1).orElse(0) != id);
    }

    /** Waits until no link has this id. */
    public static void awaitLink(Bpf bpf, int id) {
        await("link " + id, () -> bpf.linkInfo(id).isEmpty());
    }

    /**
     * Waits until the condition holds.
     *
     * @param what named in the failure
     * @param gone asked again and again
     * @throws AssertionError if it does not hold within 20 seconds
     */
    public static void await(String what, BooleanSupplier gone) {
        long begun = System.nanoTime();
        while (!gone.getAsBoolean()) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new AssertionError(what + " is still there after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
