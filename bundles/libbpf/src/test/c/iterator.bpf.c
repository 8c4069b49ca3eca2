// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* Writes one record of a chosen size for every map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct seq_file;
struct bpf_map {
	__u32 id;
} __attribute__((preserve_access_index));
struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
} __attribute__((preserve_access_index));

#define RECORD 3000 /* no divisor of the kernel's buffer */

struct record {
	__u32 id;
	__u32 filler;
	__u8 rest[RECORD - 8];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} scratch SEC(".maps");

SEC("iter/bpf_map")
int write_maps(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;
	__u32 zero = 0;
	struct record *record = bpf_map_lookup_elem(&scratch, &zero);

	if (!map || !record)
		return 0;
	record->id = map->id;
	record->filler = 0x6b617273;
	bpf_seq_write(ctx->meta->seq, record, sizeof(*record));
	return 0;
}
