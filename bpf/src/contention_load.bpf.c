// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Creates contention, one kind of lock per program, for karst:demo and for the tracer's self-test. See
 * contention_load.h. Needs bpf_loop (5.17+). The programs are never attached and use their own maps only.
 */

#include "kernel_types.h"
#include "contention_load.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define WORK 64 /* additions in a critical section */

/* include/uapi/linux/bpf.h; only `sk` is used here, so the fields before it have no names. */
struct __sk_buff {
	__u32 before[36];
	__u64 flow_keys;
	__u64 tstamp;
	__u32 wire_len;
	__u32 gso_segs;
	struct bpf_sock *sk;
};

struct bpf_spin_lock {
	__u32 val;
};

struct bpf_res_spin_lock {
	__u32 val;
};

/* kernel/bpf/rqspinlock.c */
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __weak __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __weak __ksym;

/* Whether threads want a lock at the same time, counted beside the lock. */
struct meeting {
	__u64 met; /* how often a thread found the lock held right before it took it */
	__u64 queued; /* how often it found that one thread held it and another one waited */
};

/* include/asm-generic/qspinlock_types.h: the holder sets the lowest byte, waiters set the others. */
#define LOCKED 0xff

struct locked_value {
	struct bpf_spin_lock lock;
	__u32 sum;
	struct meeting meeting;
	__u32 rest;
};

struct resilient_value {
	struct bpf_res_spin_lock lock;
	__u32 sum;
	struct meeting meeting;
};

struct lpm_key {
	__u32 prefixlen;
	__u32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct locked_value);
} load_values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} load_hashes SEC(".maps");

/* Always full, so that each new key evicts an old one. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, __u64);
} load_lrus SEC(".maps");

/*
 * Each CPU has its own list, and takes the lock of another CPU's list when it deletes an element that the other
 * CPU added.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_COMMON_LRU);
	__type(key, __u32);
	__type(value, __u64);
} load_cpu_lrus SEC(".maps");

/* Never read. When full, the lock is still taken. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} load_ring SEC(".maps");

/* Whether full or empty, the lock is taken. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 16);
	__type(value, __u64);
} load_queues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 16);
	__type(value, __u64);
} load_stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct lpm_key);
	__type(value, __u64);
} load_tries SEC(".maps");

/* Stays empty: deleting a missing element takes the lock of its bucket. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} load_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} load_storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct resilient_value);
} load_resilient SEC(".maps");

/* Filled and emptied by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} load_programs SEC(".maps");

/* Whether this kernel lets programs take resilient locks. */
static __always_inline bool has_resilient_locks(void)
{
	return bpf_core_type_exists(struct bpf_res_spin_lock);
}

/* Work while the lock is held; volatile, or the compiler makes it a single addition. */
static __always_inline void work(volatile __u32 *sum)
{
#pragma unroll
	for (__u32 i = 0; i < WORK; i++)
		*sum += i;
}

static __always_inline void have_rest(__u32 rest, volatile __u32 *sum)
{
	for (__u32 i = 0; i < rest && i < KARST_LOAD_MAX_REST; i++)
		*sum += i;
}

/*
 * Who holds the lock or waits for it, right before it is taken. A count of threads beside the lock would include those that were
 * preempted just before they took it or just after they released it.
 */
static __always_inline __u32 look(const void *lock)
{
	__u32 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), lock);
	return word;
}

/* After the lock was released: between look() and taking it, this would give the holder time to release it. */
static __always_inline void count(struct meeting *meeting, __u32 word)
{
	if (!(word & LOCKED))
		return;
	__sync_fetch_and_add(&meeting->met, 1);
	if (word & ~LOCKED)
		__sync_fetch_and_add(&meeting->queued, 1);
}

/* ---- one turn of each kind; returning 0 continues with the next ---- */

static long spin_lock_turn(__u32 turn unused, void *none unused)
{
	__u32 zero = 0;
	__u32 outside = 0;
	__u32 word;
	struct locked_value *value = bpf_map_lookup_elem(&load_values, &zero);

	if (!value)
		return 1;
	word = look(&value->lock);
	bpf_spin_lock(&value->lock);
	work(&value->sum);
	bpf_spin_unlock(&value->lock);
	count(&value->meeting, word);
	have_rest(value->rest, &outside);
	return 0;
}

static long hash_turn(__u32 turn, void *none unused)
{
	__u32 key = 0;
	__u64 value = turn;

	bpf_map_update_elem(&load_hashes, &key, &value, BPF_ANY);
	if (turn % 2)
		bpf_map_delete_elem(&load_hashes, &key);
	return 0;
}

static long lru_turn(__u32 turn, void *none unused)
{
	__u32 key = bpf_get_prandom_u32() % 4096;
	__u64 value = turn;

	bpf_map_update_elem(&load_lrus, &key, &value, BPF_ANY);
	return 0;
}

static long lru_per_cpu_turn(__u32 turn, void *none unused)
{
	__u32 key = bpf_get_prandom_u32() % 64;
	__u64 value = turn;

	bpf_map_update_elem(&load_cpu_lrus, &key, &value, BPF_ANY);
	key = bpf_get_prandom_u32() % 64;
	bpf_map_delete_elem(&load_cpu_lrus, &key);
	return 0;
}

static long ringbuf_turn(__u32 turn, void *none unused)
{
	__u64 *record = bpf_ringbuf_reserve(&load_ring, sizeof(*record), 0);

	if (!record)
		return 0;
	*record = turn;
	if (turn % 2)
		bpf_ringbuf_submit(record, 0);
	else
		bpf_ringbuf_discard(record, 0);
	return 0;
}

static long queue_turn(__u32 turn, void *none unused)
{
	__u64 value = turn;

	bpf_map_push_elem(&load_queues, &value, BPF_ANY);
	bpf_map_pop_elem(&load_queues, &value);
	return 0;
}

static long stack_turn(__u32 turn, void *none unused)
{
	__u64 value = turn;

	bpf_map_push_elem(&load_stacks, &value, BPF_ANY);
	bpf_map_pop_elem(&load_stacks, &value);
	return 0;
}

static long lpm_turn(__u32 turn, void *none unused)
{
	struct lpm_key key = { .prefixlen = 32, .address = turn % 8 };
	__u64 value = turn;

	bpf_map_update_elem(&load_tries, &key, &value, BPF_ANY);
	bpf_map_delete_elem(&load_tries, &key);
	return 0;
}

static long sockhash_turn(__u32 turn unused, void *none unused)
{
	__u32 key = 0;

	bpf_map_delete_elem(&load_sockets, &key);
	return 0;
}

static long resilient_lock_turn(__u32 turn unused, void *none unused)
{
	__u32 zero = 0;
	__u32 word;
	struct resilient_value *value = bpf_map_lookup_elem(&load_resilient, &zero);

	if (!value)
		return 1;
	word = look(&value->lock);
	if (!bpf_res_spin_lock(&value->lock)) {
		work(&value->sum);
		bpf_res_spin_unlock(&value->lock);
	}
	count(&value->meeting, word);
	return 0;
}

/*
 * Takes one lock, then the other. Together with a thread that takes them in opposite order this is a deadlock.
 */
static __always_inline long lock_both(__u32 first, __u32 second)
{
	struct resilient_value *value = bpf_map_lookup_elem(&load_resilient, &first);
	struct resilient_value *other = bpf_map_lookup_elem(&load_resilient, &second);

	if (!value || !other || bpf_res_spin_lock(&value->lock))
		return 0;
	work(&value->sum);
	if (!bpf_res_spin_lock(&other->lock))
		bpf_res_spin_unlock(&other->lock);
	bpf_res_spin_unlock(&value->lock);
	return 0;
}

static long deadlock_turn(__u32 turn unused, void *none unused)
{
	return lock_both(0, 1);
}

static long reversed_deadlock_turn(__u32 turn unused, void *none unused)
{
	return lock_both(1, 0);
}

/* ---- programs ---- */

SEC("tc")
int load_spin_lock(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, spin_lock_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_hash(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, hash_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_lru(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, lru_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_lru_per_cpu(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, lru_per_cpu_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_ringbuf(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, ringbuf_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_queue(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, queue_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_stack(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, stack_turn, NULL, 0);
	return 0;
}

SEC("tc")
int load_lpm(struct __sk_buff *packet unused)
{
	bpf_loop(KARST_LOAD_TURNS, lpm_turn, NULL, 0);
	return 0;
}

/* Since Linux 7.3, a program of type tc cannot delete from a sockhash (kernel/bpf/verifier.c, may_update_sockmap). */
SEC("sk_lookup")
int load_sockhash(struct bpf_sk_lookup *lookup unused)
{
	bpf_loop(KARST_LOAD_TURNS, sockhash_turn, NULL, 0);
	return 0;
}

/* The packet of each test run has its own socket; all sockets share the buckets of the storage. */
SEC("tc")
int load_local_storage(struct __sk_buff *packet)
{
	struct bpf_sock *sock = packet->sk;

	if (sock)
		sock = bpf_sk_fullsock(sock);
	for (__u32 turn = 0; sock && turn < KARST_LOAD_TURNS; turn++) {
		bpf_sk_storage_get(&load_storage, sock, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
		bpf_sk_storage_delete(&load_storage, sock);
	}
	return 0;
}

SEC("tc")
int load_resilient_lock(struct __sk_buff *packet unused)
{
	if (!has_resilient_locks())
		return 1;
	bpf_loop(KARST_LOAD_TURNS, resilient_lock_turn, NULL, 0);
	return 0;
}

SEC("tc")
int provoke_deadlock(struct __sk_buff *packet unused)
{
	if (!has_resilient_locks())
		return 1;
	bpf_loop(1, deadlock_turn, NULL, 0);
	return 0;
}

SEC("tc")
int provoke_reversed_deadlock(struct __sk_buff *packet unused)
{
	if (!has_resilient_locks())
		return 1;
	bpf_loop(1, reversed_deadlock_turn, NULL, 0);
	return 0;
}
