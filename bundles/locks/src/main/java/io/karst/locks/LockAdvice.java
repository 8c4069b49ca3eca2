// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locks;

import io.karst.contention.ContentionSnapshot.LockWaits;
import io.karst.resource.LockKind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What takes the locks of a kind, and what to change so that tasks wait for them less. {@code docs/fix-a-hot-lock.md} says more.
 *
 * @param takenBy what takes the lock: ends the sentence "It is taken by"
 * @param change whole sentences
 */
public record LockAdvice(String takenBy, String change) {
    /** A single lock with at least this share of its kind's waiting time is the only one that matters. */
    private static final double MOST_OF_IT = 0.9;

    private static final String IN_PLACE = "Look elements up and change them in place, which takes no lock";

    private static final String LESS = "Do less while a lock is held.";
    private static final String SPREAD =
            "All use one element: do less while the lock is held, or spread the data over more elements.";
    private static final String NO_LOCK =
            " A lone counter needs no lock, only __sync_fetch_and_add; a per-CPU map needs none either, unless a"
                    + " program interrupts itself.";
    private static final String ONE_ORDER =
            " If it has deadlocks or timeouts, take two locks always in the same order.";

    private static final LockAdvice FREELIST = new LockAdvice(
            "each new and each deleted element of a preallocated map",
            "Raise max_entries, so that the list of no CPU runs empty; delete elements on the CPU that created them; or"
                    + " use BPF_F_NO_PREALLOC.");
    private static final LockAdvice SELDOM =
            new LockAdvice("each update and delete; not by redirecting", "Change the map less often.");
    private static final LockAdvice ARENA = new LockAdvice(
            "allocating and freeing pages of the arena, and page faults of user space",
            "Allocate many pages at once, and divide them yourself.");

    private static final Map<LockKind, LockAdvice> OF_KIND = Map.ofEntries(
            entry(
                    LockKind.HASH_BUCKET,
                    "each update and delete of an element in the bucket, each eviction from it, and batch look-ups;"
                            + " not by a look-up",
                    IN_PLACE + "; or raise max_entries, which gives more buckets."),
            Map.entry(LockKind.FREELIST, FREELIST),
            Map.entry(LockKind.FREELIST_EXTRA, FREELIST),
            entry(
                    LockKind.LRU_GLOBAL,
                    "each update that replaces an element and each delete, which give the old one back, and a CPU"
                            + " that has no free element of its own: it takes up to 128 at once, and evicts others",
                    IN_PLACE
                            + ", and leave deletions to eviction. If elements are new each time, raise max_entries"
                            + " to several times 128 for each CPU, or use BPF_F_NO_COMMON_LRU."),
            entry(
                    LockKind.LRU_LOCAL,
                    "each update, on the list of its CPU; by other CPUs if the common list is empty, or to delete a"
                            + " new element",
                    IN_PLACE
                            + "; if other CPUs take elements from this list, raise max_entries, as the map is too"
                            + " small for their number."),
            entry(
                    LockKind.LRU_PER_CPU,
                    "each update, on the list of its CPU; each deletion, and each update that replaces an element,"
                            + " on the list of the CPU that created it",
                    IN_PLACE + ", and leave deletions to eviction; or delete on the CPU that created the element."),
            entry(
                    LockKind.ELEMENT_COUNTER,
                    "the count of a map without preallocation, every 32 elements of a CPU and near max_entries",
                    "Raise max_entries well above the number of elements in use; or preallocate the map."),
            entry(
                    LockKind.RINGBUF,
                    "each record that a program reserves, on any CPU; submitting and reading take none",
                    "Send fewer records: filter and add up in the kernel, send sums. Then use a ring for each CPU, in an"
                            + " array_of_maps. A larger ring does not help."),
            entry(
                    LockKind.RINGBUF_WAIT_QUEUE,
                    "each wake-up of a reader, and by the reader when it waits",
                    "Submit with BPF_RB_NO_WAKEUP, and with BPF_RB_FORCE_WAKEUP every N records or from a timer."),
            entry(
                    LockKind.QUEUE_STACK,
                    "each push, pop and peek: there is one lock for the whole map",
                    "Use a queue for each CPU, in an array_of_maps; for events use a ring buffer."),
            entry(
                    LockKind.LPM_TRIE,
                    "each update and delete: there is one lock for the whole trie; look-ups take none",
                    "Have one task write; keep exact addresses in a hash; for a full reload, fill a new trie and replace"
                            + " the old one in a hash_of_maps."),
            entry(
                    LockKind.STACK_TRACE_FREELIST,
                    "bpf_get_stackid with a new stack, or with any if the map has build ids, on the list of its CPU",
                    "Raise max_entries; use BPF_F_FAST_STACK_CMP; or send stacks by bpf_get_stack and a ring buffer."),
            entry(
                    LockKind.SOCKMAP,
                    "each update and delete, and closing a socket of the map: there is one lock for the whole map",
                    "Use a sockhash, which has a lock for each bucket, or several maps."),
            entry(
                    LockKind.SOCKHASH_BUCKET,
                    "each update and delete in the bucket, and closing a socket in it",
                    "Raise max_entries, which gives more buckets; if it is always the same key, write it less often."),
            Map.entry(LockKind.DEVMAP_INDEX, SELDOM),
            Map.entry(LockKind.XSKMAP, SELDOM),
            entry(
                    LockKind.CPUMAP_PRODUCER,
                    "each CPU that redirects packets to this entry, for up to 8 at a time",
                    "Redirect to more CPUs, or give each receive queue a target of its own."),
            entry(LockKind.CPUMAP_CONSUMER, "removing the entry", "Change the map less often."),
            entry(
                    LockKind.LOCAL_STORAGE_BUCKET,
                    "creating and freeing the storage of a socket, task, inode or control group, and updates that"
                            + " replace it",
                    "Create storage only for owners that need it, not by BPF_LOCAL_STORAGE_GET_F_CREATE on each"
                            + " event, and change it in place; use a hash for owners that live shortly."),
            entry(
                    LockKind.CGROUP_STORAGE,
                    "attaching and detaching programs, and system calls that read or write elements",
                    "Use cgrp_storage instead."),
            Map.entry(LockKind.ARENA, ARENA),
            Map.entry(LockKind.ARENA_SPIN, ARENA),
            Map.entry(LockKind.ARENA_ZAP, ARENA),
            entry(
                    LockKind.STRUCT_OPS,
                    "registering and replacing the functions of the map",
                    "Register and replace them less often."),
            entry(
                    LockKind.PROG_ARRAY_POKE,
                    "updating the array, and loading or freeing programs that make tail calls through it",
                    "Load programs first, then fill the array once; do not write entries that have not changed."),
            entry(
                    LockKind.VALUE_SPIN_LOCK,
                    "programs, by bpf_spin_lock, and user space, by BPF_F_LOCK",
                    LESS + NO_LOCK),
            entry(LockKind.VALUE_RESILIENT_LOCK, "programs, by bpf_res_spin_lock", LESS + ONE_ORDER),
            entry(
                    LockKind.VALUE_TIMER,
                    "bpf_timer_start, bpf_timer_cancel and bpf_timer_set_callback on the same element",
                    "Do not start a timer anew on each event: note the time of the event, and have the callback check"
                            + " whether it is old enough."),
            entry(
                    LockKind.VALUE_WORK_QUEUE,
                    "bpf_wq_init and bpf_wq_set_callback on the same element",
                    "Use an element for each CPU."),
            entry(LockKind.FREEZE, "mmap and freezing of the map", "Map it once for each process."));

    /** What is better if tasks wait for one lock of the kind only. */
    private static final Map<LockKind, String> CHANGE_OF_ONE = Map.of(
            LockKind.HASH_BUCKET,
            "Elements of the same bucket are written again and again, often the same one. Look it up and change it"
                    + " in place, which takes no lock; if all CPUs change it, use a percpu_hash, and change the"
                    + " value of this CPU in place.",
            LockKind.VALUE_SPIN_LOCK,
            SPREAD + NO_LOCK,
            LockKind.VALUE_RESILIENT_LOCK,
            SPREAD + ONE_ORDER);

    private static Map.Entry<LockKind, LockAdvice> entry(LockKind kind, String takenBy, String change) {
        return Map.entry(kind, new LockAdvice(takenBy, change));
    }

    /**
     * The advice for a kind.
     *
     * @param kind which
     * @param one whether tasks wait for a single lock of that kind, and not for many
     */
    public static LockAdvice of(LockKind kind, boolean one) {
        LockAdvice advice = Objects.requireNonNull(OF_KIND.get(kind), kind::name);
        return one ? new LockAdvice(advice.takenBy, CHANGE_OF_ONE.getOrDefault(kind, advice.change)) : advice;
    }

    /**
     * The lock that nearly all waiting for its kind is for.
     *
     * @param kind the waits for all locks of a kind in a map
     * @param single those for single locks, of any map and kind
     */
    public static Optional<LockWaits> single(LockWaits kind, List<LockWaits> single) {
        return single.stream()
                .filter(lock -> lock.key().equals(kind.key()) && lock.kind().equals(kind.kind()))
                .max(Comparator.comparingLong(lock -> lock.counters().totalNanos()))
                .filter(lock -> lock.counters().totalNanos()
                        >= MOST_OF_IT * kind.counters().totalNanos());
    }
}
