// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/* Looks like lock_ranges, but writes records that no reader knows. */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} window SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cpus SEC(".maps");

SEC("iter/bpf_map")
int percpu_offsets(struct bpf_iter__bpf_map *ctx)
{
	return 0;
}

SEC("iter/bpf_map")
int lock_ranges(struct bpf_iter__bpf_map *ctx)
{
	__u32 record[14] = { 77 };
	__u32 zero = 0;

	bpf_map_lookup_elem(&window, &zero);
	bpf_map_lookup_elem(&cpus, &zero);
	if (ctx->map)
		bpf_seq_write(ctx->meta->seq, record, sizeof(record));
	return 0;
}
