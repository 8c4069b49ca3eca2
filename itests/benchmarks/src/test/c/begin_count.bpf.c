// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/* Counts waits of any lock. Attached in all windows of the benchmark, also in those of nothing else. */

#include "kernel_types.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define LINE 8 /* u64 of a cache line: CPUs do not share any */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LINE);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} begins SEC(".maps");

SEC("raw_tp/contention_begin")
int count_begin(__u64 *ctx)
{
	__u32 at = bpf_get_smp_processor_id() * LINE;
	__u64 *count = bpf_map_lookup_elem(&begins, &at);

	if (count)
		++*count;
	return 0;
}
