/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Output of lock_ranges.bpf.c for user space: one record per map, then one for each of its lock ranges, and a
 * description of maps that user space must not open (struct karst_map_description). Read the iterator
 * `percpu_offsets` to its end once after
 * loading (it writes nothing), then `lock_ranges`.
 */

#ifndef KARST_LOCK_RANGES_H
#define KARST_LOCK_RANGES_H

enum karst_record_type {
	KARST_RECORD_MAP = 1,
	KARST_RECORD_RANGE = 2,
	KARST_RECORD_BLIND = 3,
	KARST_RECORD_MORE = 4, /* the map has more ranges than one pass can list: read again, see `window` */
	KARST_RECORD_DESCRIPTION = 5, /* for a map that must not be opened by its id: a struct karst_map_description */
};

#define KARST_MOST_CPUS 1024
#define KARST_NAME_BYTES 16 /* BPF_OBJ_NAME_LEN of include/uapi/linux/bpf.h */

/*
 * Maximum number of range records of one map in one pass, so that they fit into the iterator's buffer. A pass
 * leaves out the first `window` (array of 1, __u32, initially 0) ranges of each map. If a map has
 * KARST_RECORD_MORE, add KARST_PASS_RECORDS to `window` and read again: all maps are listed again, with their
 * remaining ranges. Only with hundreds of CPUs does a map have that many ranges.
 */
#define KARST_PASS_RECORDS 512

/* The same numbers as io.karst.resource.LockKind. */
enum karst_lock_kind {
	KARST_HASH_BUCKET = 1,
	KARST_FREELIST = 2,
	KARST_FREELIST_EXTRA = 3,
	KARST_LRU_GLOBAL = 4,
	KARST_LRU_LOCAL = 5,
	KARST_LRU_PER_CPU = 6,
	KARST_ELEMENT_COUNTER = 7,
	KARST_RINGBUF = 8,
	KARST_RINGBUF_WAIT_QUEUE = 9,
	KARST_QUEUE_STACK = 10,
	KARST_LPM_TRIE = 11,
	KARST_STACK_TRACE_FREELIST = 12,
	KARST_SOCKMAP = 13,
	KARST_SOCKHASH_BUCKET = 14,
	KARST_DEVMAP_INDEX = 15,
	KARST_XSKMAP = 16,
	KARST_CPUMAP_PRODUCER = 17,
	KARST_CPUMAP_CONSUMER = 18,
	KARST_LOCAL_STORAGE_BUCKET = 19,
	KARST_CGROUP_STORAGE = 20,
	KARST_ARENA = 21,
	KARST_ARENA_SPIN = 22,
	KARST_ARENA_ZAP = 23,
	KARST_STRUCT_OPS = 24,
	KARST_PROG_ARRAY_POKE = 25,
	KARST_VALUE_SPIN_LOCK = 26,
	KARST_VALUE_RESILIENT_LOCK = 27,
	KARST_VALUE_TIMER = 28,
	KARST_VALUE_WORK_QUEUE = 29,
	KARST_FREEZE = 30,
};

/* Why some locks of a map have no range. */
enum karst_blind_reason {
	KARST_BLIND_VALUE_LOCK_DYNAMIC = 1, /* value locks in elements that are allocated individually */
	KARST_BLIND_PER_CPU = 2, /* per-CPU offsets could not be found */
	KARST_BLIND_BIT_LOCK = 3, /* bit locks have no tracepoint (RHASH) */
};

/*
 * 56 bytes, no hidden padding.
 * KARST_RECORD_MAP: map_id, map_address, kind = enum bpf_map_type; the rest 0.
 * KARST_RECORD_RANGE: all fields; lock i lies at base + lock_offset + i * stride.
 * KARST_RECORD_BLIND: map_id, map_address, kind = enum karst_blind_reason; the rest 0.
 * KARST_RECORD_MORE: map_id, map_address; the rest 0. Last record of its map.
 */
struct karst_lock_record {
	__u32 record_type;
	__u32 map_id;
	__u64 map_address;
	__u64 base;
	__u64 stride;
	__u64 count;
	__u32 kind;
	__u32 lock_offset;
	__u32 first_index;
	__u32 padding;
};

/*
 * Written for program arrays only, after the record of the map. For other maps user space calls
 * BPF_OBJ_GET_INFO_BY_FD. For program arrays that leaks a reference: when the last descriptor is closed, the
 * kernel takes a reference for the work item that empties the array. If somebody opens the array by its id and
 * closes it meanwhile, the kernel takes another one, but the work item is queued only once
 * (prog_array_map_clear in kernel/bpf/arraymap.c).
 *
 * Same size as struct karst_lock_record, no hidden padding.
 */
struct karst_map_description {
	__u32 record_type; /* KARST_RECORD_DESCRIPTION */
	__u32 map_id;
	__u64 map_address;
	__u64 memory; /* bytes */
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
	__u32 map_flags;
	char name[KARST_NAME_BYTES]; /* zero-terminated, unless it fills the field */
};

#endif
