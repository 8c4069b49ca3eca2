/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Interface between map_owners.bpf.c and user space. After loading, read the iterator `learn_map_files` to its
 * end once, while the descriptors of the object's own maps are open (it writes nothing); then `map_owners` as
 * often as you like.
 */

#ifndef KARST_MAP_OWNERS_H
#define KARST_MAP_OWNERS_H

#define KARST_COMM 16 /* TASK_COMM_LEN, include/linux/sched.h */

/*
 * One for each map descriptor of a process: a process with two descriptors of a map is listed twice. 24 bytes.
 */
struct karst_map_owner {
	__u32 map_id;
	__u32 pid; /* process (thread group) id in the initial pid namespace */
	char comm[KARST_COMM]; /* command name of the group leader, zero-filled */
};

#endif
