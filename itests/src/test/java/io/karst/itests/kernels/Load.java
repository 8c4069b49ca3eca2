// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests.kernels;

import java.util.List;
import java.util.Locale;

/** Kinds of {@code karst:demo}, with the lock that has to show waits. */
enum Load {
    SPIN_LOCK("VALUE_SPIN_LOCK"),
    HASH("HASH_BUCKET"),
    LRU("LRU_GLOBAL"),
    LRU_PER_CPU("LRU_PER_CPU"),
    RINGBUF("RINGBUF"),
    QUEUE("QUEUE_STACK"),
    STACK("QUEUE_STACK"),
    LPM("LPM_TRIE"),
    SOCKHASH("SOCKHASH_BUCKET"),
    LOCAL_STORAGE("LOCAL_STORAGE_BUCKET"),
    PROG_ARRAY("PROG_ARRAY_POKE"),
    RESILIENT_LOCK("VALUE_RESILIENT_LOCK"),
    DEADLOCK("VALUE_RESILIENT_LOCK");

    private final String lock;

    Load(String lock) {
        this.lock = lock;
    }

    /** A lock kind, as {@code karst:locks} names it. */
    String lock() {
        return lock;
    }

    /** As an operator writes it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Numbers of threads to try it with. A deadlock shows only behind a first waiter, so it takes exactly one. */
    List<Integer> threads() {
        return this == DEADLOCK ? List.of(3) : List.of(3, 4);
    }

    /**
     * Whether the histogram knows how long a wait took. Who waits for a mutex begins twice, spinning and then asleep, and the
     * histogram knows the second beginning only (kernel/locking/mutex.c).
     */
    boolean isTimed() {
        return this != PROG_ARRAY;
    }

    /** Whether it needs a lock that programs can take since Linux 6.15. */
    boolean isResilient() {
        return lock.equals("VALUE_RESILIENT_LOCK");
    }
}
