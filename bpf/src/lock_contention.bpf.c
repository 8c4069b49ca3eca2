// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Counts and times waits on the locks listed in `ranges`: tracepoints lock:contention_begin and contention_end (5.19+).
 *
 * Begin runs while its task waits anyway: it looks the lock up, and only if it is one of ours writes down the wait and
 * the time. End runs with the lock held, so it only reads that and adds to counters. Neither allocates anything nor
 * updates a hash map. Waits come in two kinds:
 *  - A spinning wait stays on its CPU and is preempted by nothing but interrupts, whose own waits lie wholly within it:
 *    each CPU has a short stack of waits.
 *  - A sleeping wait (mutex, rwsem, every spin lock of a real-time kernel) may move to another CPU and belongs to a
 *    task, of which none waits twice at a time: one wait per task in `sleepers`.
 * The kernel skips a program that is hit again while it runs, as by a wait in an interrupt, and counts that in the program's
 * `recursion_misses`. So a begin or an end may be missing: any wait can be recognised as stale and replaced; none blocks its
 * place for ever.
 *
 * Counters have one writer at a time, as each CPU has its own and a program does not interrupt itself.
 */

#include "kernel_types.h"
#include "lock_contention.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define LCB_F_SPIN (1U << 0) /* include/trace/events/lock.h */
#define LCB_F_RT (1U << 3)
#define LCB_F_MUTEX (1U << 5)

#define EDEADLK 35
#define ETIMEDOUT 110

#define MAX_NESTED 4 /* contexts a CPU can nest: task, softirq, interrupt, NMI */
#define SLEEPERS 4096 /* a power of two */
#define SLEEPER_PROBES 8
#define SLEEPER_LIFETIME_NS 60000000000ULL /* a wait this old may make room for another */
#define CACHE_BITS 12
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ULL /* multiplying by it spreads numbers, as in include/linux/hash.h */

/* How many slots and single locks each CPU has counters for. The maps are sized to match. */
const volatile __u32 slots = 1;
const volatile __u32 single_lock_lines = 1;

/* Two tables of lock ranges, one of them active. Written by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_range_table);
} ranges SEC(".maps");

/* Which table is active, and its bounds. Written by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_control);
} control SEC(".maps");

/* Key: CPU * slots + slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_counters);
} totals SEC(".maps");

/* Key: CPU * single_lock_lines + line. No free line: the wait is in `totals` only, and counted as lost here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_single_lock);
} single_locks SEC(".maps");

/* Key: CPU * KARST_LOST_REASONS + enum karst_lost_reason. Events that were not counted. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KARST_LOST_REASONS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

/* A lock as the range table knows it. */
struct lock_ref {
	__u32 slot; /* KARST_NO_SLOT if the range's map is gone */
	__u32 index; /* KARST_ONLY_LOCK if its range holds no other */
};
#define KARST_ONLY_LOCK 0xffffffffU
#define KARST_NO_SLOT 0xffffffffU

struct wait {
	__u64 lock;
	__u64 began_ns;
	struct lock_ref ref;
	__u64 task;
};

struct stack {
	__u64 depth;
	struct wait waits[MAX_NESTED];
};

/* Spinning waits of this CPU, innermost last. Full: all are stale, as no CPU nests deeper; they are dropped. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack);
} spinning SEC(".maps");

/* Sleeping waits, by task in open addressing; task 0 is free. Full: counted in `lost`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLEEPERS);
	__type(key, __u32);
	__type(value, struct wait);
} sleepers SEC(".maps");

/*
 * A section of its own makes it a map that can be handed over, and that is still read without a look-up. Not static, or
 * libbpf would not let user space map it.
 */
struct karst_waiting waiting SEC(".data.waiting");

/* One more than the kernel's number, as the idle tasks' 0 means nobody here. */
static __always_inline __u64 current_task(void)
{
	return bpf_get_current_pid_tgid() + 1;
}

/* Direct-mapped cache, lock hash to table index. A hint only: place_of() checks it, as it may be of an older table. */
static __u16 cache[1 << CACHE_BITS];

/* ---- counting ---- */

static __always_inline void count_lost(enum karst_lost_reason reason, __u64 events)
{
	__u32 key = bpf_get_smp_processor_id() * KARST_LOST_REASONS + reason;
	__u64 *count = bpf_map_lookup_elem(&lost, &key);

	if (count)
		__sync_fetch_and_add(count, events); /* an end may interrupt a begin here */
}

/* Position of the highest bit set, in the histogram's range; 0 for 0. */
static __always_inline __u32 bucket_of(__u64 ns)
{
	__u32 bucket = 0;

	if (ns >> KARST_BUCKETS)
		return KARST_BUCKETS - 1;
	if (ns >> 32) {
		bucket += 32;
		ns >>= 32;
	}
	if (ns >> 16) {
		bucket += 16;
		ns >>= 16;
	}
	if (ns >> 8) {
		bucket += 8;
		ns >>= 8;
	}
	if (ns >> 4) {
		bucket += 4;
		ns >>= 4;
	}
	if (ns >> 2) {
		bucket += 2;
		ns >>= 2;
	}
	return bucket + (ns >> 1);
}

static __always_inline void add_wait(struct karst_counters *counters, __u64 waited_ns, int ret)
{
	__u32 bucket = bucket_of(waited_ns);

	counters->total_ns += waited_ns;
	if (waited_ns > counters->max_ns)
		counters->max_ns = waited_ns;
	if (ret == -EDEADLK)
		counters->deadlocks++;
	else if (ret == -ETIMEDOUT)
		counters->timeouts++;
	if (bucket < KARST_BUCKETS)
		counters->histogram[bucket]++;
}

/* The single lock's line on this CPU: the one it has, else a free one. Tracers that take over share the lines. */
static __always_inline struct karst_single_lock *single_lock(__u32 cpu, struct lock_ref ref)
{
	__u64 key = ((__u64)ref.slot + 1) << 32 | ref.index;
	__u32 first = (key * GOLDEN_RATIO) >> 32;

#pragma unroll
	for (__u32 probe = 0; probe < KARST_PROBES; probe++) {
		__u32 at = cpu * single_lock_lines + ((first + probe) & (single_lock_lines - 1));
		struct karst_single_lock *line = bpf_map_lookup_elem(&single_locks, &at);

		if (line && !line->key)
			__sync_val_compare_and_swap(&line->key, 0, key);
		if (line && *(volatile __u64 *)&line->key == key)
			return line;
	}
	return NULL;
}

static __always_inline void count_wait(struct lock_ref ref, __u64 waited_ns, int ret)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u32 key = cpu * slots + ref.slot;
	struct karst_counters *total;
	struct karst_single_lock *line;

	if (ref.slot >= slots)
		return count_lost(KARST_LOST_MAP_GONE, 1);
	total = bpf_map_lookup_elem(&totals, &key);
	if (!total)
		return;
	add_wait(total, waited_ns, ret);
	if (ref.index == KARST_ONLY_LOCK)
		return;
	line = single_lock(cpu, ref);
	if (line)
		add_wait(&line->counters, waited_ns, ret);
	else
		count_lost(KARST_LOST_SINGLE_LOCK, 1);
}

/* Takes the time and counts the wait. */
static __always_inline void finish(const struct wait *wait, int ret)
{
	__u64 waited_ns = bpf_ktime_get_ns() - wait->began_ns;

	if ((__s64)waited_ns < 0)
		count_lost(KARST_LOST_CLOCK, 1);
	else
		count_wait(wait->ref, waited_ns, ret);
}

/* ---- finding the range of a lock ---- */

/* Greatest entry not above the lock, or 0. The verifier must not know `start`: then all paths look alike to it. */
static __always_inline __u32 search(const struct karst_range_table *table, __u64 lock, __u32 start)
{
	__u32 at = start & (KARST_MAX_RANGES - 1);

#pragma unroll
	for (__u32 step = KARST_MAX_RANGES / 2; step; step /= 2) {
		__u32 next = (at + step) & (KARST_MAX_RANGES - 1);

		if (table->first_lock[next] <= lock)
			at = next;
	}
	return at;
}

static __always_inline bool is_place_of(const struct karst_range_table *table, __u32 at, __u64 lock)
{
	return table->first_lock[at] <= lock && lock < table->first_lock[(at + 1) & (KARST_MAX_RANGES - 1)];
}

/* The same as search(), from the cache if that is right: most waits are on few locks, of ours or not. */
static __always_inline __u32 place_of(const struct karst_range_table *table, __u64 lock, __u32 start)
{
	__u32 hash = (lock * GOLDEN_RATIO) >> (64 - CACHE_BITS);
	__u32 at = cache[hash] & (KARST_MAX_RANGES - 1);

	if (is_place_of(table, at, lock))
		return at;
	at = search(table, lock, start);
	cache[hash] = at;
	return at;
}

/* Whether a lock at this offset, within the range's elements, is one of the range, and then which. */
static __always_inline bool is_lock_of(const struct karst_range *range, __u64 offset, struct lock_ref *ref)
{
	__u64 index = 0;

	ref->slot = range->slot;
	ref->index = KARST_ONLY_LOCK;
	if (range->count > 1) {
		index = offset / range->stride;
		ref->index = index;
	}
	return index * range->stride == offset;
}

/*
 * Whether the range's map is still there. Its memory may have been given back, or hold another map, which has another
 * id. While a task waits for a lock of the map it is not freed, so the answer holds until the wait ends.
 */
static __always_inline bool is_map_there(const struct karst_range *range)
{
	const struct bpf_map *map = (const void *)range->map_address;
	__u32 id = 0;

	if (!map)
		return true;
	bpf_core_read(&id, sizeof(id), &map->id);
	return id == range->map_id;
}

/* Looks at the entry and, while the lock is in the gaps of one with other locks in the same elements, before it. */
static __always_inline bool find_from(const struct karst_range_table *table, __u32 at, __u64 lock, struct lock_ref *ref)
{
#pragma unroll
	for (__u32 back = 0; back < KARST_INTERLEAVED; back++) {
		/* Before the first comes the last: its offset is negative, so beyond any range. */
		__u32 entry = (at - back) & (KARST_MAX_RANGES - 1);
		__u64 offset = lock - table->first_lock[entry];
		const struct karst_range *range = &table->range[entry];

		if (offset >= range->count * range->stride)
			return false;
		if (is_lock_of(range, offset, ref)) {
			if (!is_map_there(range))
				ref->slot = KARST_NO_SLOT;
			return true;
		}
	}
	return false;
}

static __always_inline bool find(__u64 lock, struct lock_ref *ref)
{
	__u32 zero = 0, active;
	struct karst_control *bounds = bpf_map_lookup_elem(&control, &zero);
	struct karst_range_table *table;

	if (!bounds || lock < bounds->lowest || lock > bounds->highest)
		return false;
	active = bounds->active_table & 1;
	table = bpf_map_lookup_elem(&ranges, &active);
	return table && find_from(table, place_of(table, lock, bounds->start), lock, ref);
}

/* ---- spinning waits ---- */

static __always_inline struct stack *stack_of_this_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&spinning, &zero);
}

/* How many waits, from the outermost on, are this task's and of other locks: the rest is stale. */
static __always_inline __u32 fresh_waits(const struct stack *stack, __u64 task, __u64 lock)
{
	__u32 fresh = 0;

#pragma unroll
	for (__u32 i = 0; i < MAX_NESTED; i++) {
		if (i < stack->depth && fresh == i && stack->waits[i].task == task && stack->waits[i].lock != lock)
			fresh = i + 1;
	}
	return fresh;
}

/* This task's innermost wait for the lock, counted from 1; 0 if there is none. */
static __always_inline __u32 wait_of(const struct stack *stack, __u64 lock)
{
	__u64 task = current_task();
	__u32 position = 0;

#pragma unroll
	for (__u32 i = 0; i < MAX_NESTED; i++) {
		if (i < stack->depth && stack->waits[i].lock == lock && stack->waits[i].task == task)
			position = i + 1;
	}
	return position;
}

/* While two tracers share these waits, each event reaches both: the one that comes first writes the wait down. */
static __always_inline bool is_begun_by_other(const struct stack *stack, __u64 lock)
{
	return stack->depth && waiting.handover && wait_of(stack, lock);
}

static __always_inline void begin_spinning(__u64 lock, struct lock_ref ref)
{
	struct stack *stack = stack_of_this_cpu();
	__u64 task = current_task();
	__u32 top;

	if (!stack)
		return;
	if (is_begun_by_other(stack, lock))
		return;
	top = stack->depth ? fresh_waits(stack, task, lock) : 0;
	if (top < stack->depth)
		count_lost(KARST_LOST_STALE_NOTE, stack->depth - top);
	if (top >= MAX_NESTED) {
		count_lost(KARST_LOST_NESTING, MAX_NESTED);
		top = 0;
	}
	/* The other tracer may interrupt this: it finds a free place, or a wait that looks true, and then uses the next. */
	stack->waits[top].lock = lock;
	stack->waits[top].task = task;
	barrier();
	stack->depth = top + 1;
	barrier();
	stack->waits[top] = (struct wait) { .lock = lock, .ref = ref, .task = task, .began_ns = bpf_ktime_get_ns() };
}

/* Returns whether the lock was waited for on this CPU. */
static __always_inline bool end_spinning(__u64 lock, int ret)
{
	struct stack *stack = stack_of_this_cpu();
	__u32 position;

	if (!stack || !stack->depth)
		return false;
	position = wait_of(stack, lock);
	if (!position || position > MAX_NESTED)
		return false;
	finish(&stack->waits[position - 1], ret);
	if (stack->depth > position)
		count_lost(KARST_LOST_STALE_NOTE, stack->depth - position);
	barrier(); /* from here on an interrupt may use this place */
	stack->depth = position - 1;
	return true;
}

/* ---- sleeping waits ---- */

static __always_inline struct wait *sleeper_at(__u64 task, __u32 probe)
{
	__u32 at = ((__u32)task + probe) & (SLEEPERS - 1);

	return bpf_map_lookup_elem(&sleepers, &at);
}

static __always_inline struct wait *sleeper_of(__u64 task)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct wait *wait = sleeper_at(task, probe);

		if (wait && wait->task == task)
			return wait;
	}
	return NULL;
}

/* Takes a place over from whom it belongs to: nobody (0), or the task of a wait too old to be true. */
static __always_inline bool claim(struct wait *wait, __u64 owner, __u64 task)
{
	return __sync_val_compare_and_swap(&wait->task, owner, task) == owner;
}

static __always_inline struct wait *free_sleeper(__u64 task)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct wait *wait = sleeper_at(task, probe);

		if (wait && !wait->task && claim(wait, 0, task)) {
			__sync_fetch_and_add(&waiting.sleeping, 1);
			return wait;
		}
	}
	return NULL;
}

static __always_inline struct wait *expired_sleeper(__u64 task, __u64 now_ns)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct wait *wait = sleeper_at(task, probe);
		__u64 owner, began_ns;

		if (!wait)
			continue;
		owner = *(volatile __u64 *)&wait->task;
		began_ns = *(volatile __u64 *)&wait->began_ns; /* 0: just being written */
		if (began_ns && now_ns - began_ns > SLEEPER_LIFETIME_NS && claim(wait, owner, task))
			return wait;
	}
	return NULL;
}

/* A mutex begins again each time its waiter goes on waiting in another way: the first begin counts. */
static __always_inline void begin_sleeping(__u64 lock, struct lock_ref ref)
{
	__u64 task = current_task(), now_ns = bpf_ktime_get_ns();
	struct wait *wait = waiting.sleeping ? sleeper_of(task) : NULL;

	if (wait && wait->lock == lock)
		return;
	if (wait)
		count_lost(KARST_LOST_STALE_NOTE, 1);
	else
		wait = free_sleeper(task);
	if (!wait) {
		wait = expired_sleeper(task, now_ns);
		count_lost(wait ? KARST_LOST_STALE_NOTE : KARST_LOST_SLEEPERS_FULL, 1);
	}
	if (!wait)
		return;
	wait->lock = lock;
	wait->ref = ref;
	wait->began_ns = now_ns;
}

static __always_inline void end_sleeping(__u64 lock, int ret)
{
	__u64 task = current_task();
	struct wait *wait = sleeper_of(task);

	if (!wait || wait->lock != lock)
		return;
	finish(wait, ret);
	wait->began_ns = 0;
	if (claim(wait, task, 0))
		__sync_fetch_and_add(&waiting.sleeping, -1);
}

/* ---- both tracepoints ---- */

static __always_inline int begin(const __u64 *ctx)
{
	__u64 lock = ctx[0], flags = ctx[1];
	struct lock_ref ref;

	if (!find(lock, &ref))
		return 0;
	if ((flags & LCB_F_SPIN) && !(flags & (LCB_F_MUTEX | LCB_F_RT)))
		begin_spinning(lock, ref);
	else
		begin_sleeping(lock, ref);
	return 0;
}

static __always_inline int end(const __u64 *ctx)
{
	__u64 lock = ctx[0];
	int ret = ctx[1];

	if (!end_spinning(lock, ret) && waiting.sleeping)
		end_sleeping(lock, ret);
	return 0;
}

/* ---- programs ---- */

SEC("tp_btf/contention_begin")
int on_contention_begin(__u64 *ctx)
{
	return begin(ctx);
}

SEC("tp_btf/contention_end")
int on_contention_end(__u64 *ctx)
{
	return end(ctx);
}

/* The same for BPF_PROG_TEST_RUN, which takes made-up arguments for raw_tp programs only. */

SEC("raw_tp/contention_begin")
int test_contention_begin(__u64 *ctx)
{
	return begin(ctx);
}

SEC("raw_tp/contention_end")
int test_contention_end(__u64 *ctx)
{
	return end(ctx);
}
