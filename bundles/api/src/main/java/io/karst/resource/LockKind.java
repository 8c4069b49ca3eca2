// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * Which lock of a map a range holds. The {@link #code} is the number the kernel programs write (enum
 * {@code karst_lock_kind} in {@code bpf/include/lock_ranges.h}).
 */
public enum LockKind {
    /** Hash bucket lock; index is the bucket. */
    HASH_BUCKET(1, LockFamily.RAW_OR_RESILIENT),
    /** Per-CPU freelist head; index is the CPU. */
    FREELIST(2, LockFamily.RAW_OR_RESILIENT),
    /** Freelist's shared extra list. */
    FREELIST_EXTRA(3, LockFamily.RAW_OR_RESILIENT),
    /** LRU's shared global list. */
    LRU_GLOBAL(4, LockFamily.RAW_OR_RESILIENT),
    /** LRU's per-CPU local list; index is the CPU. */
    LRU_LOCAL(5, LockFamily.RAW_OR_RESILIENT),
    /** Per-CPU LRU list (BPF_F_NO_COMMON_LRU); index is the CPU. */
    LRU_PER_CPU(6, LockFamily.RAW_OR_RESILIENT),
    /** Element counter of a hash map without preallocation. */
    ELEMENT_COUNTER(7, LockFamily.SPIN),
    /** Ring buffer's producer lock. */
    RINGBUF(8, LockFamily.RAW_OR_RESILIENT),
    /** Ring buffer's wait queue. */
    RINGBUF_WAIT_QUEUE(9, LockFamily.SPIN),
    /** Queue or stack. */
    QUEUE_STACK(10, LockFamily.RAW_OR_RESILIENT),
    /** LPM trie. */
    LPM_TRIE(11, LockFamily.RAW_OR_RESILIENT),
    /** Stack trace map's per-CPU freelist head; index is the CPU. */
    STACK_TRACE_FREELIST(12, LockFamily.RAW_OR_RESILIENT),
    /** Sockmap. */
    SOCKMAP(13, LockFamily.SPIN),
    /** Sockhash bucket; index is the bucket. */
    SOCKHASH_BUCKET(14, LockFamily.SPIN),
    /** Devmap hash index. */
    DEVMAP_INDEX(15, LockFamily.SPIN),
    /** XSK map. */
    XSKMAP(16, LockFamily.SPIN),
    /** CPU map's queue producer lock; index is the entry. */
    CPUMAP_PRODUCER(17, LockFamily.SPIN),
    /** CPU map's queue consumer lock; index is the entry. */
    CPUMAP_CONSUMER(18, LockFamily.SPIN),
    /** Local storage bucket; index is the bucket. */
    LOCAL_STORAGE_BUCKET(19, LockFamily.RAW_OR_RESILIENT),
    /** Cgroup storage (the old kind). */
    CGROUP_STORAGE(20, LockFamily.SPIN),
    /** Arena's mutex. */
    ARENA(21, LockFamily.MUTEX),
    /** Arena's spin lock (7.2 and later). */
    ARENA_SPIN(22, LockFamily.RAW_OR_RESILIENT),
    /** Arena's zap mutex (7.2 and later). */
    ARENA_ZAP(23, LockFamily.MUTEX),
    /** struct_ops map's mutex. */
    STRUCT_OPS(24, LockFamily.MUTEX),
    /** Program array's poke mutex. */
    PROG_ARRAY_POKE(25, LockFamily.MUTEX),
    /** bpf_spin_lock in a value; index is the element. */
    VALUE_SPIN_LOCK(26, LockFamily.SPIN),
    /** bpf_res_spin_lock in a value; index is the element. */
    VALUE_RESILIENT_LOCK(27, LockFamily.RESILIENT),
    /** Lock of a bpf_timer in a value; index is the element. */
    VALUE_TIMER(28, LockFamily.SPIN),
    /** Lock of a bpf_wq in a value; index is the element. */
    VALUE_WORK_QUEUE(29, LockFamily.SPIN),
    /** freeze_mutex, which every map has. */
    FREEZE(30, LockFamily.MUTEX);

    private final int code;
    private final LockFamily family;

    LockKind(int code, LockFamily family) {
        this.code = code;
        this.family = family;
    }

    /** Number in the records of the kernel programs, 1 to 30. */
    public int code() {
        return code;
    }

    /** Lock implementation, which decides whether its waits are reported. */
    public LockFamily family() {
        return family;
    }

    /**
     * Finds a kind by its number.
     *
     * @param code number a kernel program wrote
     * @throws IllegalArgumentException if no kind has that number
     */
    public static LockKind ofCode(int code) {
        for (LockKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("lock kind " + code + " is outside 1.." + values().length);
    }
}
