// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/* Counts contention_end of one lock, and nothing else: what Karst's own count is held against. */

#include "kernel_types.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The lock's address. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} watched SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} ends SEC(".maps");

SEC("raw_tp/contention_end")
int count_end(__u64 *ctx)
{
	__u32 zero = 0;
	__u64 *lock = bpf_map_lookup_elem(&watched, &zero);
	__u64 *count = bpf_map_lookup_elem(&ends, &zero);

	if (lock && count && *lock == ctx[0])
		__sync_fetch_and_add(count, 1);
	return 0;
}
