// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * A common design: every wait of any lock in a hash map by thread, totals in a hash map by the lock's address. It
 * knows no ranges; user space finds out later which locks the addresses are.
 */

#include "twins.bpf.h"

struct wait {
	__u64 lock;
	__u64 began_ns;
};

struct totals {
	__u64 count;
	__u64 total_ns;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct wait);
} waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct totals);
} totals_by_lock SEC(".maps");

static __always_inline void begin(__u64 lock, __u64 flags)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct wait wait = { .lock = lock, .began_ns = bpf_ktime_get_ns() };

	bpf_map_update_elem(&waits, &thread, &wait, BPF_ANY);
}

static __always_inline void end(__u64 lock, __u64 flags)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct wait *wait = bpf_map_lookup_elem(&waits, &thread);
	struct totals *totals, first = {};
	__u64 waited_ns;

	if (!wait || wait->lock != lock)
		return;
	waited_ns = bpf_ktime_get_ns() - wait->began_ns;
	totals = bpf_map_lookup_elem(&totals_by_lock, &lock);
	if (!totals) {
		bpf_map_update_elem(&totals_by_lock, &lock, &first, BPF_NOEXIST);
		totals = bpf_map_lookup_elem(&totals_by_lock, &lock);
	}
	if (totals) {
		__sync_fetch_and_add(&totals->count, 1);
		__sync_fetch_and_add(&totals->total_ns, waited_ns);
	}
	bpf_map_delete_elem(&waits, &thread);
}
