/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Interface between contention_load.bpf.c and user space.
 *
 * Each program below has type sched_cls, unless said otherwise, and is never attached: several threads run it at the same time with
 * BPF_PROG_TEST_RUN and data_in of at least 14 bytes (an Ethernet header of zeros is enough). One run takes the
 * lock KARST_LOAD_TURNS times. That takes about 5 to 200 us on a real machine and far longer on an emulated
 * one, where waiting threads preempt the lock's holder: set `repeat` to 1 there, to 10 or more elsewhere.
 *
 *   program               map             locks that are contended
 *   load_spin_lock        load_values     VALUE_SPIN_LOCK, element 0
 *   load_hash             load_hashes     HASH_BUCKET of one key, FREELIST
 *   load_lru              load_lrus       HASH_BUCKET, LRU_GLOBAL, LRU_LOCAL
 *   load_lru_per_cpu      load_cpu_lrus   HASH_BUCKET, LRU_PER_CPU
 *   load_ringbuf          load_ring       RINGBUF
 *   load_queue            load_queues     QUEUE_STACK
 *   load_stack            load_stacks     QUEUE_STACK
 *   load_lpm              load_tries      LPM_TRIE
 *   load_sockhash         load_sockets    SOCKHASH_BUCKET, the only one; type sk_lookup: ctx_in is a struct
 *                                         bpf_sk_lookup of zeros with the family AF_INET
 *   load_local_storage    load_storage    LOCAL_STORAGE_BUCKET
 *   load_resilient_lock   load_resilient  VALUE_RESILIENT_LOCK, element 0
 *   provoke_deadlock      load_resilient  element 0, and while it is held element 1
 *   provoke_reversed_deadlock             the other way round: run both at a time, and one of them gets -EDEADLK.
 *                                         That shows only for a thread that queues, so a third has to run
 *                                         load_resilient_lock; a lock that its own holder takes again shows on older
 *                                         kernels only. One turn in a run; it takes 1 ms, or 250 ms where the lock times
 *                                         out first, with preemption off: use a `repeat` of 1 and few calls
 *
 * The last three do nothing and return 1 if the kernel has no resilient locks for programs (before 6.15); all
 * others return 0. For a mutex (PROG_ARRAY_POKE), several threads put any of these programs into
 * `load_programs` and delete it
 * again with the bpf() system call.
 *
 * load_spin_lock and load_resilient_lock count in the value how often they found the lock held right before they
 * took it (`met`), so that they had to wait: a kernel that reports every wait has to report as many. In `queued`
 * they count how often another thread waited for it already: also a kernel that does not report the first waiter
 * has to report that wait.
 *
 * Linux reports waits for resilient locks (hash, LRU, ringbuf, queue, LPM since 6.15) only with 3 or more CPUs
 * on one lock.
 */

#ifndef KARST_CONTENTION_LOAD_H
#define KARST_CONTENTION_LOAD_H

#define KARST_LOAD_TURNS 64

/*
 * Maximum of `rest` in the value of load_values: number of additions between two turns of load_spin_lock.
 * Without a rest, a thread that releases the lock takes it again at once.
 */
#define KARST_LOAD_MAX_REST 512

#endif
