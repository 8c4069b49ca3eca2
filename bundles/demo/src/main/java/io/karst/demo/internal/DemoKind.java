// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.resource.LockKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kinds of load. The programs and maps are those of {@code bpf/src/contention_load.bpf.c}; {@code
 * bpf/include/contention_load.h} lists their locks.
 */
enum DemoKind {
    /** bpf_spin_lock in an array's value. */
    SPIN_LOCK("load_spin_lock", "load_values", LockKind.VALUE_SPIN_LOCK),
    /** Hash map, one key. */
    HASH("load_hash", "load_hashes", LockKind.HASH_BUCKET),
    /** LRU hash that is always full. */
    LRU("load_lru", "load_lrus", LockKind.LRU_GLOBAL),
    /** LRU hash with a list for each CPU; other CPUs delete its elements. */
    LRU_PER_CPU("load_lru_per_cpu", "load_cpu_lrus", LockKind.LRU_PER_CPU),
    /** Ring buffer. */
    RINGBUF("load_ringbuf", "load_ring", LockKind.RINGBUF),
    /** Queue. */
    QUEUE("load_queue", "load_queues", LockKind.QUEUE_STACK),
    /** Stack. */
    STACK("load_stack", "load_stacks", LockKind.QUEUE_STACK),
    /** LPM trie. */
    LPM("load_lpm", "load_tries", LockKind.LPM_TRIE),
    /** Sockhash with one bucket. */
    SOCKHASH("load_sockhash", "load_sockets", LockKind.SOCKHASH_BUCKET),
    /** Socket storage. */
    LOCAL_STORAGE("load_local_storage", "load_storage", LockKind.LOCAL_STORAGE_BUCKET),
    /** Mutex of a program array. System calls empty its slot, because programs cannot take a mutex. */
    PROG_ARRAY("load_programs", LockKind.PROG_ARRAY_POKE),
    /** bpf_res_spin_lock in an array's value. */
    RESILIENT_LOCK("load_resilient_lock", "load_resilient", LockKind.VALUE_RESILIENT_LOCK),
    /**
     * Two bpf_res_spin_locks that two threads take in opposite order while others wait for one: the lock returns
     * -EDEADLK.
     */
    DEADLOCK("load_resilient_lock", "load_resilient", LockKind.VALUE_RESILIENT_LOCK);

    private static final List<String> PROVOKERS = List.of("provoke_deadlock", "provoke_reversed_deadlock");

    private final Optional<String> program;
    private final String map;
    private final LockKind lock;

    DemoKind(String program, String map, LockKind lock) {
        this(Optional.of(program), map, lock);
    }

    DemoKind(String map, LockKind lock) {
        this(Optional.empty(), map, lock);
    }

    DemoKind(Optional<String> program, String map, LockKind lock) {
        this.program = program;
        this.map = map;
        this.lock = lock;
    }

    /**
     * Programs of the first threads, if they differ from the others. The kernel needs milliseconds to end one run of
     * them.
     */
    List<String> provokers() {
        return this == DEADLOCK ? PROVOKERS : List.of();
    }

    /** Least number of threads: with fewer there is no contention. */
    int leastThreads() {
        return provokers().size() + 1;
    }

    /** All programs that threads run. */
    List<String> programs() {
        return Stream.concat(program.stream(), provokers().stream()).toList();
    }

    /** Whether it uses a lock that exists since Linux 6.15. */
    boolean needsResilientLocks() {
        return lock == LockKind.VALUE_RESILIENT_LOCK;
    }

    /** The program that the threads run; empty if they make system calls instead. */
    Optional<String> program() {
        return program;
    }

    /** The contended map. */
    String map() {
        return map;
    }

    /** The lock with most waits. */
    LockKind lock() {
        return lock;
    }

    /** Name in commands, such as {@code spin-lock}. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<DemoKind> of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(DemoKind::word).collect(Collectors.joining(", "));
    }

    static List<String> wordList() {
        return Arrays.stream(values()).map(DemoKind::word).toList();
    }
}
