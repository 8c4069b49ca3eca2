/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * The kernel types that the programs read, with only the fields they read. The loader finds the real offset of
 * each field in the running kernel's BTF, so order and size do not matter here, only names. Fields that some
 * kernels lack or name differently are read through core_fixes.bpf.h.
 */

#ifndef KARST_KERNEL_TYPES_H
#define KARST_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define unused __attribute__((unused))

/* include/uapi/linux/bpf.h: fixed numbers, except those looked up by name (RHASH). */
enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC = 0,
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_SOCKMAP = 15,
	BPF_MAP_TYPE_CPUMAP = 16,
	BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18,
	BPF_MAP_TYPE_CGROUP_STORAGE = 19,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_DEVMAP_HASH = 25,
	BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_INODE_STORAGE = 28,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
	BPF_MAP_TYPE_ARENA = 33,
	BPF_MAP_TYPE_RHASH = 0x7fffffff, /* number differs: use bpf_core_enum_value */
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_EXIST = 2,
	BPF_F_NO_PREALLOC = 1U << 0,
	BPF_F_NO_COMMON_LRU = 1U << 1,
	BPF_F_MMAPABLE = 1U << 10,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1U << 0,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Stands for every kind of lock. The kind differs between kernels; the programs only need its offset. */
struct karst_any_lock {
};

/* kernel/bpf/, all of the following unless stated otherwise */

struct btf_record {
	int spin_lock_off;
	int res_spin_lock_off;
	int timer_off;
	int wq_off;
};

struct bpf_map {
	enum bpf_map_type map_type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	__u32 id;
	char name[16]; /* BPF_OBJ_NAME_LEN */
	struct btf_record *record;
	struct karst_any_lock freeze_mutex;
};

struct bpf_array_aux {
	struct karst_any_lock poke_mutex;
};

struct bpf_array {
	struct bpf_map map;
	__u32 elem_size;
	struct bpf_array_aux *aux;
	char value[0];
	void *pptrs[0];
};

struct bucket {
	struct karst_any_lock raw_lock;
};

struct pcpu_freelist_head {
	struct karst_any_lock lock;
};

struct pcpu_freelist {
	struct pcpu_freelist_head *freelist; /* per CPU */
};

struct bpf_lru_list {
	struct karst_any_lock lock;
};

struct bpf_lru_locallist {
	struct karst_any_lock lock;
};

struct bpf_common_lru {
	struct bpf_lru_list lru_list;
	struct bpf_lru_locallist *local_list; /* per CPU */
};

struct bpf_lru {
	struct bpf_common_lru common_lru; /* unless percpu */
	struct bpf_lru_list *percpu_lru; /* per CPU; only if percpu */
	bool percpu;
};

struct percpu_counter {
	struct karst_any_lock lock;
};

struct bpf_htab {
	struct bpf_map map;
	struct bucket *buckets;
	void *elems;
	struct pcpu_freelist freelist; /* these two share their memory */
	struct bpf_lru lru;
	void *extra_elems;
	struct percpu_counter pcount;
	bool use_percpu_counter;
	__u32 n_buckets;
	__u32 elem_size;
};

struct htab_elem {
	char key[0];
};

struct wait_queue_head {
	struct karst_any_lock lock;
};

struct bpf_ringbuf {
	struct wait_queue_head waitq;
	struct karst_any_lock spinlock;
};

struct bpf_ringbuf_map {
	struct bpf_map map;
	struct bpf_ringbuf *rb;
};

struct bpf_queue_stack {
	struct bpf_map map;
	struct karst_any_lock lock;
};

struct lpm_trie {
	struct bpf_map map;
	struct karst_any_lock lock;
};

struct bpf_stack_map {
	struct bpf_map map;
	struct pcpu_freelist freelist;
};

/* net/core/sock_map.c */
struct bpf_stab {
	struct bpf_map map;
	struct karst_any_lock lock;
};

struct bpf_shtab_bucket {
	struct karst_any_lock lock;
};

struct bpf_shtab {
	struct bpf_map map;
	struct bpf_shtab_bucket *buckets;
	__u32 buckets_num;
};

struct bpf_dtab {
	struct bpf_map map;
	struct karst_any_lock index_lock;
};

/* include/net/xdp_sock.h */
struct xsk_map {
	struct bpf_map map;
	struct karst_any_lock lock;
};

/* include/linux/ptr_ring.h */
struct ptr_ring {
	struct karst_any_lock producer_lock;
	struct karst_any_lock consumer_lock;
};

struct bpf_cpu_map_entry {
	struct ptr_ring *queue;
};

struct bpf_cpu_map {
	struct bpf_map map;
	struct bpf_cpu_map_entry **cpu_map;
};

struct bpf_local_storage_map_bucket {
	struct karst_any_lock lock;
};

struct bpf_local_storage_map {
	struct bpf_map map;
	struct bpf_local_storage_map_bucket *buckets;
	__u32 bucket_log;
};

struct bpf_cgroup_storage_map {
	struct bpf_map map;
	struct karst_any_lock lock;
};

struct bpf_arena {
	struct bpf_map map;
	struct karst_any_lock lock;
	struct karst_any_lock spinlock;
	struct karst_any_lock zap_mutex;
};

struct bpf_struct_ops_map {
	struct bpf_map map;
	struct karst_any_lock lock;
};

/* Contexts of the iterators. */

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 seq_num;
};

struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
};

/* kernel/kallsyms.c */
struct kallsym_iter {
	unsigned long value;
	char type;
	char name[512];
	char module_name[56];
};

struct bpf_iter__ksym {
	struct bpf_iter_meta *meta;
	struct kallsym_iter *ksym;
};

/* include/linux/sched.h */
struct task_struct {
	int tgid;
	char comm[16];
	struct task_struct *group_leader;
};

struct file_operations;

/* include/linux/fs.h */
struct file {
	const struct file_operations *f_op;
	void *private_data;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

#endif
