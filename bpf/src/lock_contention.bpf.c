// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Counts and times waits on the locks listed in `ranges`: tracepoints lock:contention_begin and contention_end (5.19+).
 *
 * Begin runs while its task has to wait anyway: it looks the lock up and, only if the lock is in the table,
 * records the wait and its start time. End runs with the lock held, so it only reads that record and adds to
 * counters. Neither allocates memory or updates a hash map. There are two kinds of waits:
 *  - A spinning wait stays on its CPU. Only interrupts preempt it, and their waits end before it continues:
 * each CPU has a short stack of waits.
 *  - A sleeping wait (mutex, rwsem, every spin lock of a real-time kernel) may move to another CPU. It belongs
 * to a task, and a task has one such wait at a time: one entry per task in `sleepers`.
 * The kernel skips a program that is triggered again while it runs, for example by a wait in an interrupt, and
 * counts that in `recursion_misses` of the program. So a begin or an end may be missing: every stale wait is
 * recognised and replaced, and none occupies its entry forever.
 *
 * Each counter of a CPU's own row has one writer at a time, because a program does not interrupt itself. The CPUs
 * without a row of their own share one, which they update atomically.
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

#define MAX_NESTED 4 /* contexts that nest on a CPU: task, softirq, interrupt, NMI */
#define SLEEPERS 4096 /* a power of two */
#define SLEEPER_PROBES 8
#define SLEEPER_LIFETIME_NS 60000000000ULL /* an older wait may be replaced */
#define RAISE_ATTEMPTS 64
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ULL /* multiplicative hash, see include/linux/hash.h */

/* Since 6.2. Kernel memory is read through its result without a call; what cannot be read is 0. */
extern void *bpf_rdonly_cast(const void *address, __u32 type) __weak __ksym;
enum special_kfunc_type {
	KF_bpf_rdonly_cast,
};

/* Number of slots and of single locks that each row has counters for. The maps have matching sizes. */
const volatile __u32 slots = 1;
const volatile __u32 single_lock_lines = 1;

/* CPUs 0 to own_rows - 1 have a row of counters of their own. All others share the row after these. */
const volatile __u32 own_rows = 1;

/* Two tables of lock ranges, one of them active. Only user space writes them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_range_table);
} ranges SEC(".maps");

/* Key: row * slots + slot. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct karst_counters);
} totals SEC(".maps");

/*
 * Key: row * single_lock_lines + line. If no line is free, the wait is counted in `totals` only, and in
 * lost[KARST_LOST_SINGLE_LOCK].
 */
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

/* A lock as the range table identifies it. */
struct lock_ref {
	__u32 slot; /* KARST_NO_SLOT if the range's map was freed */
	__u32 index; /* KARST_ONLY_LOCK if the range has no other lock */
};
#define KARST_ONLY_LOCK 0xffffffffU
#define KARST_NO_SLOT 0xffffffffU

struct spinning_wait {
	__u64 lock;
	__u64 task;
	__u64 began_ns;
	__u32 total; /* where its end counts: key in `totals`, or NO_TOTAL */
	__u32 line; /* and key in `single_locks`, NO_LINE, or NEEDS_NO_LINE */
	__u32 weight; /* number of waits that it stands for; 0 if it is not timed */
	__u32 padding;
};
#define NO_TOTAL 0xffffffffU /* the range's map was freed */
#define NO_LINE 0xfffffffeU /* none was free */
#define NEEDS_NO_LINE 0xffffffffU /* the range has no other lock */

struct sleeping_wait {
	__u64 lock;
	__u64 task;
	__u64 began_ns;
	struct lock_ref ref; /* its end may come on another CPU, which counts elsewhere */
};

struct stack {
	__u64 depth;
	__u32 one_in; /* what `untimed` was chosen for */
	__u32 untimed; /* number of waits until the next one that is timed */
	struct spinning_wait waits[MAX_NESTED];
};

/*
 * Spinning waits of this CPU, innermost last. If full, all are stale, because contexts do not nest deeper; they
 * are dropped.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack);
} spinning SEC(".maps");

/* Sleeping waits: open addressing by task; task 0 means free. If full, the wait is counted in `lost`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLEEPERS);
	__type(key, __u32);
	__type(value, struct sleeping_wait);
} sleepers SEC(".maps");

/*
 * Each in its own section, so that it is a map of its own that other programs can take over, and is still read
 * without a lookup. Not static, or libbpf would not let user space map it.
 */
struct karst_control control SEC(".bss");
struct karst_waiting waiting SEC(".data.waiting");

/* The kernel's task number plus one: idle tasks have number 0, which means no task here. */
static __always_inline __u64 current_task(void)
{
	return bpf_get_current_pid_tgid() + 1;
}

/* ---- counting ---- */

static __always_inline void count_lost(enum karst_lost_reason reason, __u64 events)
{
	__u32 key = bpf_get_smp_processor_id() * KARST_LOST_REASONS + reason;
	__u64 *count = bpf_map_lookup_elem(&lost, &key);

	if (count)
		__sync_fetch_and_add(count, events); /* atomic: an end may interrupt a begin here */
}

/*
 * Histogram bucket: position of the highest bit set, 0 for 0, at most the last bucket. Without branches: the processor
 * cannot predict them, and the verifier would follow each combination.
 */
static __always_inline __u32 bucket_of(__u64 ns)
{
	__u64 bucket = 0;

#pragma unroll
	for (__u64 bits = 32; bits; bits /= 2) {
		/* ~0 if any bit from `bits` on is set */
		__u64 shift = (__u64)((__s64)((1ULL << bits) - 1 - ns) >> 63) & bits;

		ns >>= shift;
		bucket += shift;
	}
	return bucket < KARST_BUCKETS ? bucket : KARST_BUCKETS - 1;
}

static __always_inline void add_to_histogram(struct karst_counters *counters, __u32 bucket, int ret)
{
	if (ret == -EDEADLK)
		counters->deadlocks++;
	else if (ret == -ETIMEDOUT)
		counters->timeouts++;
	if (bucket < KARST_BUCKETS)
		counters->histogram[bucket]++;
}

static __always_inline void add_wait(struct karst_counters *counters, __u64 waited_ns, __u32 bucket, int ret)
{
	counters->total_ns += waited_ns;
	if (waited_ns > counters->max_ns)
		counters->max_ns = waited_ns;
	counters->counted = bucket + 1;
	add_to_histogram(counters, bucket, ret);
}

/*
 * An attempt fails only if another CPU has raised the maximum meanwhile, so the next one finds a higher value. All of
 * them fail only if so many CPUs raise it one after the other during this call; then the maximum may be too low.
 */
static __always_inline void raise_max(__u64 *max_ns, __u64 waited_ns)
{
	for (__u32 attempt = 0; attempt < RAISE_ATTEMPTS; attempt++) {
		__u64 known = *(volatile __u64 *)max_ns;

		if (waited_ns <= known || __sync_val_compare_and_swap(max_ns, known, waited_ns) == known)
			return;
	}
}

static __always_inline void add_to_shared_histogram(struct karst_counters *counters, __u32 bucket, int ret)
{
	if (ret == -EDEADLK)
		__sync_fetch_and_add(&counters->deadlocks, 1);
	else if (ret == -ETIMEDOUT)
		__sync_fetch_and_add(&counters->timeouts, 1);
	if (bucket < KARST_BUCKETS)
		__sync_fetch_and_add(&counters->histogram[bucket], 1);
}

/* Like add_wait(), for counters that several CPUs write. */
static __always_inline void add_shared_wait(struct karst_counters *counters, __u64 waited_ns, __u32 bucket, int ret)
{
	__sync_fetch_and_add(&counters->total_ns, waited_ns);
	raise_max(&counters->max_ns, waited_ns);
	counters->counted = bucket + 1;
	add_to_shared_histogram(counters, bucket, ret);
}

/*
 * The line of a single lock in this row: its own line if it has one, otherwise a free one. Tracers that share
 * maps share lines, and CPUs that share a row do.
 */
static __always_inline __u32 line_of(__u32 row, struct lock_ref ref)
{
	__u64 key = ((__u64)ref.slot + 1) << 32 | ref.index;
	__u32 first = (key * GOLDEN_RATIO) >> 32;

	if (ref.index == KARST_ONLY_LOCK || ref.slot == KARST_NO_SLOT)
		return NEEDS_NO_LINE;
#pragma unroll
	for (__u32 probe = 0; probe < KARST_PROBES; probe++) {
		__u32 at = row * single_lock_lines + ((first + probe) & (single_lock_lines - 1));
		struct karst_single_lock *line = bpf_map_lookup_elem(&single_locks, &at);

		if (line && !line->key)
			__sync_val_compare_and_swap(&line->key, 0, key);
		if (line && *(volatile __u64 *)&line->key == key)
			return at;
	}
	return NO_LINE;
}

static __always_inline __u32 row_of_this_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return cpu < own_rows ? cpu : own_rows;
}

static __always_inline __u32 total_of(__u32 row, struct lock_ref ref)
{
	return ref.slot < slots ? row * slots + ref.slot : NO_TOTAL;
}

/* In the row that several CPUs write. Not inlined, so that it does not lengthen what the others run. */
static __noinline int count_shared_wait(__u32 total_key, __u32 line_key, __u64 waited_ns, int ret)
{
	__u32 bucket = bucket_of(waited_ns);
	struct karst_counters *total = bpf_map_lookup_elem(&totals, &total_key);
	struct karst_single_lock *line;

	if (!total) {
		count_lost(KARST_LOST_MAP_GONE, 1);
		return 0;
	}
	add_shared_wait(total, waited_ns, bucket, ret);
	if (line_key == NEEDS_NO_LINE)
		return 0;
	line = bpf_map_lookup_elem(&single_locks, &line_key);
	if (line)
		add_shared_wait(&line->counters, waited_ns, bucket, ret);
	else
		count_lost(KARST_LOST_SINGLE_LOCK, 1);
	return 0;
}

static __always_inline void count_wait(__u32 total_key, __u32 line_key, __u64 waited_ns, int ret)
{
	__u32 bucket = bucket_of(waited_ns);
	struct karst_counters *total;
	struct karst_single_lock *line;

	if (total_key >= own_rows * slots) {
		count_shared_wait(total_key, line_key, waited_ns, ret);
		return;
	}
	total = bpf_map_lookup_elem(&totals, &total_key);
	if (!total)
		return;
	add_wait(total, waited_ns, bucket, ret);
	if (line_key == NEEDS_NO_LINE)
		return;
	line = bpf_map_lookup_elem(&single_locks, &line_key);
	if (line)
		add_wait(&line->counters, waited_ns, bucket, ret);
	else
		count_lost(KARST_LOST_SINGLE_LOCK, 1);
}

/* Ends a wait: reads the clock and counts it. */
static __always_inline void finish(__u64 began_ns, __u32 total_key, __u32 line_key, int ret)
{
	__u64 waited_ns = bpf_ktime_get_ns() - began_ns;

	if ((__s64)waited_ns < 0)
		count_lost(KARST_LOST_CLOCK, 1);
	else
		count_wait(total_key, line_key, waited_ns, ret);
}

/* ---- counting a sample ---- */

/*
 * What a timed wait that stands for so many waits adds to the variance: 128 bits. A wait of 67 ms and more is
 * squared without its lowest 16 bits, and counts for 73 minutes at most.
 */
static __always_inline __u64 variance_of(__u64 waited_ns, __u32 weight, __u64 *high)
{
	__u64 factor = (__u64)weight * (weight - 1);
	__u64 coarse = waited_ns >> 16, square;

	*high = 0;
	if (!(waited_ns >> 26))
		return factor * waited_ns * waited_ns;
	if (coarse >> 26)
		coarse = (1 << 26) - 1;
	square = factor * coarse * coarse;
	*high = square >> 32;
	return square << 32;
}

/* Bucket of the last timed wait, for one that is not timed. */
static __always_inline __u32 bucket_of_last(struct karst_counters *counters)
{
	__u64 counted = *(volatile __u64 *)&counters->counted;

	if (!counted)
		counters->counted = counted = 1;
	return counted - 1;
}

/* A wait that is not timed. */
static __always_inline void add_untimed(struct karst_counters *counters, int ret)
{
	add_to_histogram(counters, bucket_of_last(counters), ret);
	counters->untimed++;
}

/* A timed wait of a sample. */
static __always_inline void add_sampled(struct karst_counters *counters, __u64 waited_ns, __u32 bucket, __u32 weight,
					int ret)
{
	__u64 low, high;

	add_wait(counters, waited_ns, bucket, ret);
	low = variance_of(waited_ns, weight, &high);
	counters->total_ns += (weight - 1) * waited_ns;
	counters->variance_low += low;
	counters->variance_high += high + (counters->variance_low < low);
}

/* Like add_sampled() and add_untimed(), for counters that several CPUs write. */
static __always_inline void add_shared_sampled(struct karst_counters *counters, __u64 waited_ns, __u32 bucket,
					       __u32 weight, int ret)
{
	__u64 low, high;

	if (!weight) {
		add_to_shared_histogram(counters, bucket_of_last(counters), ret);
		__sync_fetch_and_add(&counters->untimed, 1);
		return;
	}
	add_shared_wait(counters, waited_ns, bucket, ret);
	low = variance_of(waited_ns, weight, &high);
	__sync_fetch_and_add(&counters->total_ns, (weight - 1) * waited_ns);
	if (__sync_fetch_and_add(&counters->variance_low, low) + low < low)
		high++;
	__sync_fetch_and_add(&counters->variance_high, high);
}

/* Ends a wait that is not timed, on a CPU with a row of its own. */
static __always_inline void count_untimed(__u32 total_key, __u32 line_key, int ret)
{
	struct karst_counters *total = bpf_map_lookup_elem(&totals, &total_key);
	struct karst_single_lock *line;

	if (!total)
		return;
	add_untimed(total, ret);
	if (line_key == NEEDS_NO_LINE)
		return;
	line = bpf_map_lookup_elem(&single_locks, &line_key);
	if (line)
		add_untimed(&line->counters, ret);
	else
		count_lost(KARST_LOST_SINGLE_LOCK, 1);
}

/*
 * Ends any other wait while only a sample is timed. Not inlined, so that it does not lengthen what runs otherwise, and not static, so that
 * the verifier looks at it once.
 */
__noinline int finish_sampled(__u64 began_ns, __u32 weight, __u32 total_key, __u32 line_key, int ret)
{
	__u64 waited_ns = weight ? bpf_ktime_get_ns() - began_ns : 0;
	__u32 bucket = weight ? bucket_of(waited_ns) : 0;
	bool shared = total_key >= own_rows * slots;
	struct karst_counters *total;
	struct karst_single_lock *line;

	if ((__s64)waited_ns < 0) {
		count_lost(KARST_LOST_CLOCK, 1);
		return 0;
	}
	total = bpf_map_lookup_elem(&totals, &total_key);
	if (!total) {
		count_lost(KARST_LOST_MAP_GONE, 1);
		return 0;
	}
	if (shared)
		add_shared_sampled(total, waited_ns, bucket, weight, ret);
	else
		add_sampled(total, waited_ns, bucket, weight, ret);
	if (line_key == NEEDS_NO_LINE)
		return 0;
	line = bpf_map_lookup_elem(&single_locks, &line_key);
	if (!line)
		count_lost(KARST_LOST_SINGLE_LOCK, 1);
	else if (shared)
		add_shared_sampled(&line->counters, waited_ns, bucket, weight, ret);
	else
		add_sampled(&line->counters, waited_ns, bucket, weight, ret);
	return 0;
}

/* Number of waits to pass over, so that one in `one_in` is timed on average, whatever the rhythm of the load. */
static __always_inline __u32 random_gap(__u32 one_in)
{
	return bpf_get_prandom_u32() % (2 * one_in - 1);
}

/* Number of waits that the next one on this CPU stands for; 0 if it is not timed. */
static __always_inline __u32 next_weight(struct stack *stack)
{
	__u32 one_in = waiting.one_in;

	if (one_in <= 1)
		return 1;
	if (stack->one_in != one_in) {
		/* The smaller of two: as in the middle of a long series of gaps. */
		__u32 first = random_gap(one_in), second = random_gap(one_in);

		stack->one_in = one_in;
		stack->untimed = first < second ? first : second;
	}
	if (stack->untimed) {
		stack->untimed--;
		return 0;
	}
	stack->untimed = random_gap(one_in);
	return one_in;
}

/* ---- finding the range of a lock ---- */

/*
 * Binary search: greatest entry not above the lock, or 0. The verifier must not know `start`: then it sees all
 * paths as equal.
 */
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

/* Whether the entry's range has a lock at this address. */
static __always_inline bool is_lock_of(const struct karst_range_table *table, __u32 entry, __u64 lock)
{
	const struct karst_range *range = &table->range[entry];
	__u64 offset = lock - table->first_lock[entry];

	return offset < range->count * range->stride && offset % range->stride == 0;
}

/*
 * The cache has one word for each lock that was looked up lately, whether it is in the table or not. From the top: the hash
 * of its address without the bits that tell the word's place, the table's generation, and the number of
 * the lock's entry in the table plus one, or 0 if it has none. An odd factor makes different addresses different hashes. So
 * place and hash tell the address exactly, if it is a kernel address: there, the bits above ADDRESS_BITS are ones.
 */
#define ADDRESS_BITS 57
#define ENTRY_BITS 15

static __always_inline __u64 hash_of(__u64 lock)
{
	return (lock * GOLDEN_RATIO) << (64 - ADDRESS_BITS);
}

static __always_inline __u64 *word_of(__u64 hash)
{
	return &control.cache[hash >> (64 - KARST_CACHE_BITS)];
}

/* The word of a lock that has no entry. */
static __always_inline __u64 empty_word(__u64 hash, __u32 generation)
{
	return hash << KARST_CACHE_BITS | (__u64)generation << ENTRY_BITS;
}

static __always_inline bool is_kernel_address(__u64 lock)
{
	return lock >> ADDRESS_BITS == (1 << (64 - ADDRESS_BITS)) - 1;
}

/*
 * Number of the lock's entry in the table plus one, or 0. As long as the lock lies in a gap of a range that shares its
 * elements with others, it may belong to one of the entries before. Not inlined: most locks are in the cache.
 */
static __noinline __u32 search_entry(__u64 lock, __u32 generation)
{
	__u32 active = generation & 1, found = 0, at;
	struct karst_range_table *table;

	if (lock < control.lowest || lock > control.highest)
		return 0;
	table = bpf_map_lookup_elem(&ranges, &active);
	if (!table)
		return 0;
	at = search(table, lock, control.start);
#pragma unroll
	for (__u32 back = 0; back < KARST_INTERLEAVED; back++) {
		/* The index wraps from the first entry to the last: its offset is negative, so outside of any range. */
		__u32 entry = (at - back) & (KARST_MAX_RANGES - 1);

		if (!found && is_lock_of(table, entry, lock))
			found = entry + 1;
	}
	if (is_kernel_address(lock))
		*(volatile __u64 *)word_of(hash_of(lock)) = empty_word(hash_of(lock), generation) | found;
	return found;
}

/*
 * Whether the range's map still exists. Its memory may have been freed, or hold another map, which has another
 * id. A map is not freed while a task waits for one of its locks, so the answer is valid until the wait ends.
 */
static __always_inline bool is_map_there(const struct karst_range *range)
{
	const struct bpf_map *map = (const void *)range->map_address;
	__u32 id = 0;

	if (!map)
		return true;
	if (bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast)) {
		map = bpf_rdonly_cast(map, bpf_core_type_id_kernel(struct bpf_map));
		return map->id == range->map_id;
	}
	bpf_core_read(&id, sizeof(id), &map->id);
	return id == range->map_id;
}

static __always_inline bool find(__u64 lock, struct lock_ref *ref)
{
	__u32 generation = *(volatile __u32 *)&control.generation, active = generation & 1;
	__u64 hash = hash_of(lock);
	__u64 entry = *(volatile __u64 *)word_of(hash) ^ empty_word(hash, generation);
	struct karst_range_table *table;
	const struct karst_range *range;

	if (entry >> ENTRY_BITS || !is_kernel_address(lock))
		entry = search_entry(lock, generation);
	if (!entry)
		return false;
	table = bpf_map_lookup_elem(&ranges, &active);
	if (!table)
		return false;
	entry = (entry - 1) & (KARST_MAX_RANGES - 1);
	range = &table->range[entry];
	ref->slot = is_map_there(range) ? range->slot : KARST_NO_SLOT;
	ref->index = range->count > 1 ? (lock - table->first_lock[entry]) / range->stride : KARST_ONLY_LOCK;
	return true;
}

/* ---- spinning waits ---- */

static __always_inline struct stack *stack_of_this_cpu(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&spinning, &zero);
}

static __always_inline void finish_spinning(const struct spinning_wait *wait, int ret)
{
	if (wait->weight == 1)
		finish(wait->began_ns, wait->total, wait->line, ret);
	else if (!wait->weight && wait->total < own_rows * slots)
		count_untimed(wait->total, wait->line, ret);
	else
		finish_sampled(wait->began_ns, wait->weight, wait->total, wait->line, ret);
}

/* Number of valid waits, from the outermost on: those of this task on other locks. The rest is stale. */
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

/* Index of this task's innermost wait for the lock, from 1; 0 if there is none. */
static __always_inline __u32 wait_of(const struct stack *stack, __u64 lock)
{
	__u64 task = bpf_get_current_task();
	__u32 position = 0;

#pragma unroll
	for (__u32 i = 0; i < MAX_NESTED; i++) {
		if (i < stack->depth && stack->waits[i].lock == lock && stack->waits[i].task == task)
			position = i + 1;
	}
	return position;
}

/*
 * Removes stale waits. Returns the index for the next one, or MAX_NESTED if it is there already: while two tracers share
 * these waits, each event reaches both, and the first one records the wait. Not inlined, because it is rarely needed.
 */
static __noinline int next_wait(struct stack *stack, __u64 lock)
{
	__u32 top;

	if (waiting.handover && wait_of(stack, lock))
		return MAX_NESTED;
	top = fresh_waits(stack, bpf_get_current_task(), lock);
	if (top < stack->depth)
		count_lost(KARST_LOST_STALE_NOTE, stack->depth - top);
	if (top >= MAX_NESTED) {
		count_lost(KARST_LOST_NESTING, MAX_NESTED);
		top = 0;
	}
	return top;
}

static __always_inline void begin_spinning(__u64 lock, struct lock_ref ref)
{
	struct stack *stack = stack_of_this_cpu();
	__u32 row = row_of_this_cpu(), top = 0;
	struct spinning_wait *wait;
	__u32 weight;

	if (!stack)
		return;
	if (stack->depth)
		top = next_wait(stack, lock);
	if (top >= MAX_NESTED)
		return;
	weight = next_weight(stack);
	/*
	 * The other tracer may interrupt this: it finds a free entry, or one that looks valid, and then uses the next
	 * one.
	 */
	wait = &stack->waits[top];
	wait->lock = lock;
	wait->task = bpf_get_current_task();
	barrier();
	stack->depth = top + 1;
	barrier();
	wait->lock = lock;
	wait->total = total_of(row, ref);
	wait->line = line_of(row, ref);
	wait->weight = weight;
	if (weight)
		wait->began_ns = bpf_ktime_get_ns();
}

/* Among nested waits. Returns whether there was one for the lock. */
static __noinline int end_nested(struct stack *stack, __u64 lock, int ret)
{
	__u32 position = wait_of(stack, lock), top = position - 1;
	const struct spinning_wait *wait;

	if (top >= MAX_NESTED)
		return 0;
	wait = &stack->waits[top];
	finish_spinning(wait, ret);
	if (stack->depth > position)
		count_lost(KARST_LOST_STALE_NOTE, stack->depth - position);
	barrier(); /* from here on an interrupt may use this entry */
	stack->depth = top;
	return 1;
}

/*
 * Returns whether there was a wait for the lock on this CPU. The only wait is taken without a look at its task, as calls are
 * what costs most here: it is another task's only if the kernel skipped that task's end and this task's begin.
 */
static __always_inline bool end_spinning(__u64 lock, int ret)
{
	struct stack *stack = stack_of_this_cpu();
	const struct spinning_wait *wait;

	if (!stack || !stack->depth)
		return false;
	wait = &stack->waits[0];
	if (stack->depth != 1 || wait->lock != lock)
		return end_nested(stack, lock, ret);
	finish_spinning(wait, ret);
	barrier(); /* from here on an interrupt may use this entry */
	stack->depth = 0;
	return true;
}

/* ---- sleeping waits ---- */

static __always_inline struct sleeping_wait *sleeper_at(__u64 task, __u32 probe)
{
	__u32 at = ((__u32)task + probe) & (SLEEPERS - 1);

	return bpf_map_lookup_elem(&sleepers, &at);
}

static __always_inline struct sleeping_wait *sleeper_of(__u64 task)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct sleeping_wait *wait = sleeper_at(task, probe);

		if (wait && wait->task == task)
			return wait;
	}
	return NULL;
}

/* Takes over an entry from its owner: no task (0), or the task of a wait too old to be valid. */
static __always_inline bool claim(struct sleeping_wait *wait, __u64 owner, __u64 task)
{
	return __sync_val_compare_and_swap(&wait->task, owner, task) == owner;
}

static __always_inline struct sleeping_wait *free_sleeper(__u64 task)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct sleeping_wait *wait = sleeper_at(task, probe);

		if (wait && !wait->task && claim(wait, 0, task)) {
			__sync_fetch_and_add(&waiting.sleeping, 1);
			return wait;
		}
	}
	return NULL;
}

static __always_inline struct sleeping_wait *expired_sleeper(__u64 task, __u64 now_ns)
{
#pragma unroll
	for (__u32 probe = 0; probe < SLEEPER_PROBES; probe++) {
		struct sleeping_wait *wait = sleeper_at(task, probe);
		__u64 owner, began_ns;

		if (!wait)
			continue;
		owner = *(volatile __u64 *)&wait->task;
		began_ns = *(volatile __u64 *)&wait->began_ns; /* 0: being written now */
		if (began_ns && now_ns - began_ns > SLEEPER_LIFETIME_NS && claim(wait, owner, task))
			return wait;
	}
	return NULL;
}

/* A mutex reports another begin whenever its waiter changes the way it waits: the first begin counts. */
static __always_inline void begin_sleeping(__u64 lock, struct lock_ref ref)
{
	__u64 task = current_task(), now_ns = bpf_ktime_get_ns();
	struct sleeping_wait *wait = waiting.sleeping ? sleeper_of(task) : NULL;

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
	__u32 row = row_of_this_cpu();
	struct sleeping_wait *wait = sleeper_of(task);

	if (!wait || wait->lock != lock)
		return;
	finish(wait->began_ns, total_of(row, wait->ref), line_of(row, wait->ref), ret);
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
