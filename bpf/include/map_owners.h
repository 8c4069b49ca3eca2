/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * What map_owners.bpf.c and user space share. Read the iterator `learn_map_files` to its end once after loading, while
 * the descriptors of the object's own maps are open (it writes nothing); then `map_owners` as often as you like.
 */

#ifndef KARST_MAP_OWNERS_H
#define KARST_MAP_OWNERS_H

#define KARST_COMM 16 /* TASK_COMM_LEN, include/linux/sched.h */

/* One for each descriptor of a map that a process holds: a process with two of one map comes twice. 24 bytes. */
struct karst_map_owner {
	__u32 map_id;
	__u32 pid; /* process (thread group) id, as the first pid namespace has it */
	char comm[KARST_COMM]; /* of the group's leader, zero-filled */
};

#endif
