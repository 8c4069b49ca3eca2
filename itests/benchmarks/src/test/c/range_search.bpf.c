// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * A common design: lock ranges sorted in a per-CPU array, which each begin searches; waits of spinning tasks in a
 * per-CPU array, those of sleeping tasks in a hash map by thread; totals in a hash map by range, with atomic additions.
 */

#include "twins.bpf.h"

#define RANGES 16384
#define SPIN 1
#define NOT_SPINNING (8 | 32) /* real-time locks and mutexes */

struct range {
	__u64 first;
	__u64 last;
	__u64 number;
};

struct wait {
	__u64 lock;
	__u64 began_ns;
	__u64 range;
};

struct totals {
	__u64 count;
	__u64 total_ns;
	__u64 min_ns;
	__u64 max_ns;
};

/* Number of ranges; not constant, or the verifier would know it. */
__u32 ranges_used;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, RANGES);
	__type(key, __u32);
	__type(value, struct range);
} ranges_by_address SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wait);
} spinning_waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct wait);
} sleeping_waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RANGES);
	__type(key, __u64);
	__type(value, struct totals);
} totals_by_range SEC(".maps");

static __always_inline struct range *range_of(__u64 lock)
{
	__u32 low = 0, high = ranges_used;

	for (__u32 step = 0; step < 15 && low < high; step++) {
		__u32 middle = (low + high) / 2;
		struct range *range = bpf_map_lookup_elem(&ranges_by_address, &middle);

		if (!range)
			return NULL;
		if (lock < range->first)
			high = middle;
		else if (lock > range->last)
			low = middle + 1;
		else
			return range;
	}
	return NULL;
}

static __always_inline void begin(__u64 lock, __u64 flags)
{
	struct range *range = range_of(lock);
	__u32 zero = 0, thread = bpf_get_current_pid_tgid();
	struct wait wait = { .lock = lock }, *spinning;

	if (!range)
		return;
	wait.range = range->number;
	wait.began_ns = bpf_ktime_get_ns();
	if (!(flags & SPIN) || flags & NOT_SPINNING) {
		bpf_map_update_elem(&sleeping_waits, &thread, &wait, BPF_NOEXIST);
		return;
	}
	spinning = bpf_map_lookup_elem(&spinning_waits, &zero);
	if (spinning)
		*spinning = wait;
}

static __always_inline void count(const struct wait *wait)
{
	__u64 waited_ns = bpf_ktime_get_ns() - wait->began_ns, range = wait->range;
	struct totals *totals = bpf_map_lookup_elem(&totals_by_range, &range);

	if (!totals) {
		struct totals first = { .min_ns = ~0ULL };

		bpf_map_update_elem(&totals_by_range, &range, &first, BPF_NOEXIST);
		totals = bpf_map_lookup_elem(&totals_by_range, &range);
	}
	if (!totals)
		return;
	__sync_fetch_and_add(&totals->count, 1);
	__sync_fetch_and_add(&totals->total_ns, waited_ns);
	if (waited_ns < totals->min_ns)
		totals->min_ns = waited_ns;
	if (waited_ns > totals->max_ns)
		totals->max_ns = waited_ns;
}

static __always_inline void end(__u64 lock, __u64 flags)
{
	__u32 zero = 0, thread = bpf_get_current_pid_tgid();
	struct wait *wait = bpf_map_lookup_elem(&spinning_waits, &zero);

	if (wait && wait->lock == lock) {
		count(wait);
		wait->lock = 0;
		return;
	}
	wait = bpf_map_lookup_elem(&sleeping_waits, &thread);
	if (wait && wait->lock == lock) {
		count(wait);
		bpf_map_delete_elem(&sleeping_waits, &thread);
	}
}
