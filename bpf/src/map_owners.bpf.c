// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Lists the processes that hold descriptors of eBPF maps: iterator over the open files of all tasks (5.8+).
 *
 * A file belongs to a map if its file operations are those of maps. Not every kernel has a symbol for their
 * address, so it is learned: the file whose private data is our own map must be the file of that map.
 */

#include "kernel_types.h"
#include "map_owners.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Address of the file operations of maps; 0: not learned yet. This is also the map whose file is used to learn
 * it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} map_files SEC(".maps");

static __always_inline __u64 operations_of_map_files(void)
{
	__u32 zero = 0;
	__u64 *operations = bpf_map_lookup_elem(&map_files, &zero);

	return operations ? *operations : 0;
}

/* The kernel lists each file table once: for the group leader, or for a thread that has its own table. */
static __always_inline void write_owner(struct seq_file *to, const struct task_struct *task, const struct bpf_map *map)
{
	struct karst_map_owner owner = {
		.map_id = BPF_CORE_READ(map, id),
		.pid = task->tgid,
	};

	BPF_CORE_READ_STR_INTO(&owner.comm, task, group_leader, comm);
	bpf_seq_write(to, &owner, sizeof(owner));
}

/* ---- programs ---- */

SEC("iter/task_file")
int learn_map_files(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	void *own = &map_files;
	__u64 operations;
	__u32 zero = 0;

	if (!file || file->private_data != own)
		return 0;
	operations = (__u64)file->f_op;
	bpf_map_update_elem(&map_files, &zero, &operations, BPF_ANY);
	return 0;
}

SEC("iter/task_file")
int map_owners(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (!task || !file || !file->f_op || (__u64)file->f_op != operations_of_map_files())
		return 0;
	write_owner(ctx->meta->seq, task, file->private_data);
	return 0;
}
