// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Lists the memory ranges of the locks of every eBPF map. Iterators over all maps (5.8+) with bpf_loop (5.17+)
 * and bpf_map_lookup_percpu_elem (5.19+). Run `percpu_offsets` once, then `lock_ranges` as often as you like:
 * for each map it writes one struct karst_lock_record for the map itself, then one for each range of locks; for
 * a program array also a struct karst_map_description.
 *
 * If the kernel's buffer (32 KiB) gets full, the kernel drops the records of the current map and visits it
 * again with an empty buffer, so no record is repeated or truncated. A map that needs more than one buffer is
 * read in several passes, see `window`.
 */

#include "kernel_types.h"
#include "lock_ranges.h"
#include "core_fixes.bpf.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * One slot per CPU. Its address is known from the helper and as the kernel's per-CPU pointer: the difference is
 * the CPU's offset.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} probe SEC(".maps");

/* Offset to add to a per-CPU pointer. Key: CPU. CPUs past its end are reported as KARST_BLIND_PER_CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KARST_MOST_CPUS);
	__type(key, __u32);
	__type(value, __u64);
} offsets SEC(".maps");

/* Number of entries of `offsets` in use; 0: offsets not found. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cpus SEC(".maps");

/*
 * Number of range records of each map to leave out; user space adds KARST_PASS_RECORDS for each further pass.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} window SEC(".maps");

/* A map being walked. */
struct walk {
	struct seq_file *seq;
	struct bpf_map *map;
	__u32 map_id;
	__u32 skip;
	__u32 ranges; /* of this map so far, including those left out */
	__u32 cpus;
};

/* Equally spaced locks. */
struct span {
	__u64 base;
	__u64 stride;
	__u64 count;
	__u32 lock_offset;
	__u32 first_index;
};

/* Locks of which a map has one per CPU. */
struct per_cpu {
	struct walk *walk;
	__u64 base; /* per-CPU pointer */
	__u32 lock_offset;
	enum karst_lock_kind kind;
};

/* Locks of a CPU map's queues. */
struct queues {
	struct walk *walk;
	struct bpf_cpu_map_entry **entries;
};

/* ---- steps of percpu_offsets ---- */

static long note_offset(__u32 cpu, __u64 *pointer)
{
	__u32 zero = 0, next = cpu + 1;
	void *slot = bpf_map_lookup_percpu_elem(&probe, &zero, cpu);
	__u64 *offset = bpf_map_lookup_elem(&offsets, &cpu);

	if (!slot || !offset)
		return 1;
	*offset = (__u64)slot; /* stored in the map, because the verifier allows no subtraction from a pointer */
	*(volatile __u64 *)offset -= *pointer;
	bpf_map_update_elem(&cpus, &zero, &next, BPF_ANY);
	return 0;
}

/* ---- steps of lock_ranges; a kernel built without a map type has no struct for it ---- */

static __always_inline void write_record(struct walk *walk, enum karst_record_type type, __u32 kind)
{
	struct karst_lock_record record = {
		.record_type = type,
		.map_id = walk->map_id,
		.map_address = (__u64)walk->map,
		.kind = kind,
	};

	bpf_seq_write(walk->seq, &record, sizeof(record));
}

static __always_inline void write_range(struct walk *walk, enum karst_lock_kind kind, const struct span *span)
{
	struct karst_lock_record record = {
		.record_type = KARST_RECORD_RANGE,
		.map_id = walk->map_id,
		.map_address = (__u64)walk->map,
		.base = span->base,
		.stride = span->stride,
		.count = span->count,
		.kind = kind,
		.lock_offset = span->lock_offset,
		.first_index = span->first_index,
	};
	__u32 number = walk->ranges;

	if (karst_no_pointer((void *)span->base) || !span->count)
		return;
	walk->ranges = number + 1;
	if (number - walk->skip < KARST_PASS_RECORDS)
		bpf_seq_write(walk->seq, &record, sizeof(record));
}

static __always_inline void write_lock(struct walk *walk, enum karst_lock_kind kind, __u64 base, __u32 lock_offset)
{
	write_range(walk, kind, &(struct span) { .base = base, .stride = 1, .count = 1, .lock_offset = lock_offset });
}

/* A lock that is a field of the map itself, if this kernel has such maps and such a field. */
#define write_field(walk, kind, type, field)                                                   \
	do {                                                                                   \
		if (bpf_core_field_exists(((type *)0)->field))                                 \
			write_lock(walk, kind, (__u64)(walk)->map, karst_offset(type, field)); \
	} while (0)

static long write_cpu_lock(__u32 cpu, struct per_cpu *locks)
{
	__u64 *offset = bpf_map_lookup_elem(&offsets, &cpu);

	if (!offset)
		return 1;
	write_range(locks->walk, locks->kind,
		    &(struct span) {
			    .base = locks->base + *offset,
			    .stride = 1,
			    .count = 1,
			    .lock_offset = locks->lock_offset,
			    .first_index = cpu,
		    });
	return 0;
}

/* Whether `offsets` is empty, or has no room for some CPUs. */
static __always_inline bool misses_cpus(const struct walk *walk)
{
	__u32 zero = 0;

	return !walk->cpus ||
	       (walk->cpus == KARST_MOST_CPUS && bpf_map_lookup_percpu_elem(&probe, &zero, KARST_MOST_CPUS));
}

static __always_inline void write_cpu_locks(struct walk *walk, enum karst_lock_kind kind, const void *base,
					    __u32 lock_offset)
{
	struct per_cpu locks = { .walk = walk, .base = (__u64)base, .lock_offset = lock_offset, .kind = kind };

	if (!base)
		return;
	bpf_loop(walk->cpus, write_cpu_lock, &locks, 0);
	if (misses_cpus(walk))
		write_record(walk, KARST_RECORD_BLIND, KARST_BLIND_PER_CPU);
}

static __always_inline void freelist(struct walk *walk, struct pcpu_freelist *list, enum karst_lock_kind kind)
{
	int extra = karst_extra_list_lock();

	write_cpu_locks(walk, kind, BPF_CORE_READ(list, freelist), karst_offset(struct pcpu_freelist_head, lock));
	if (extra >= 0)
		write_lock(walk, KARST_FREELIST_EXTRA, (__u64)list, extra);
}

static __always_inline void lru(struct walk *walk, struct bpf_htab *htab)
{
	if (BPF_CORE_READ(htab, lru.percpu)) {
		write_cpu_locks(walk, KARST_LRU_PER_CPU, BPF_CORE_READ(htab, lru.percpu_lru),
				karst_offset(struct bpf_lru_list, lock));
		return;
	}
	write_lock(walk, KARST_LRU_GLOBAL, (__u64)htab, karst_offset(struct bpf_htab, lru.common_lru.lru_list.lock));
	write_cpu_locks(walk, KARST_LRU_LOCAL, BPF_CORE_READ(htab, lru.common_lru.local_list),
			karst_offset(struct bpf_lru_locallist, lock));
}

static __always_inline enum bpf_map_type type_of(const struct bpf_map *map)
{
	return BPF_CORE_READ(map, map_type);
}

static __always_inline bool is_lru(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static __always_inline bool is_preallocated(const struct bpf_map *map)
{
	return !(BPF_CORE_READ(map, map_flags) & BPF_F_NO_PREALLOC);
}

/* Number of elements in `elems`: those of the map and, if it has any, one spare element per CPU. */
static __always_inline __u64 preallocated(const struct walk *walk, struct bpf_htab *htab)
{
	__u64 count = BPF_CORE_READ(htab, map.max_entries);

	return BPF_CORE_READ(htab, extra_elems) ? count + walk->cpus : count;
}

static __always_inline void hash(struct walk *walk)
{
	struct bpf_htab *htab = (void *)walk->map;

	write_range(walk, KARST_HASH_BUCKET,
		    &(struct span) {
			    .base = (__u64)BPF_CORE_READ(htab, buckets),
			    .stride = karst_stride(struct bucket, raw_lock),
			    .count = BPF_CORE_READ(htab, n_buckets),
			    .lock_offset = karst_offset(struct bucket, raw_lock),
		    });
	if (is_lru(type_of(walk->map)))
		lru(walk, htab);
	else if (is_preallocated(walk->map))
		freelist(walk, __builtin_preserve_access_index(&htab->freelist), KARST_FREELIST);
	if (bpf_core_field_exists(htab->use_percpu_counter) && BPF_CORE_READ(htab, use_percpu_counter))
		write_lock(walk, KARST_ELEMENT_COUNTER, (__u64)htab, karst_offset(struct bpf_htab, pcount.lock));
}

static __always_inline void ringbuf(struct walk *walk)
{
	struct bpf_ringbuf_map *map = (void *)walk->map;
	__u64 ring;

	if (!bpf_core_type_exists(struct bpf_ringbuf_map))
		return;
	ring = (__u64)BPF_CORE_READ(map, rb);
	if (type_of(walk->map) == BPF_MAP_TYPE_RINGBUF)
		write_lock(walk, KARST_RINGBUF, ring, karst_offset(struct bpf_ringbuf, spinlock));
	write_lock(walk, KARST_RINGBUF_WAIT_QUEUE, ring, karst_offset(struct bpf_ringbuf, waitq.lock));
}

static __always_inline void stack_trace(struct walk *walk)
{
	struct bpf_stack_map *map = (void *)walk->map;

	if (!bpf_core_type_exists(struct bpf_stack_map))
		return;
	freelist(walk, __builtin_preserve_access_index(&map->freelist), KARST_STACK_TRACE_FREELIST);
}

static __always_inline void sockhash(struct walk *walk)
{
	struct bpf_shtab *map = (void *)walk->map;

	if (!bpf_core_type_exists(struct bpf_shtab))
		return;
	write_range(walk, KARST_SOCKHASH_BUCKET,
		    &(struct span) {
			    .base = (__u64)BPF_CORE_READ(map, buckets),
			    .stride = karst_stride(struct bpf_shtab_bucket, lock),
			    .count = BPF_CORE_READ(map, buckets_num),
			    .lock_offset = karst_offset(struct bpf_shtab_bucket, lock),
		    });
}

static __always_inline void local_storage(struct walk *walk)
{
	struct bpf_local_storage_map *map = (void *)walk->map;

	if (!bpf_core_type_exists(struct bpf_local_storage_map))
		return;
	write_range(walk, KARST_LOCAL_STORAGE_BUCKET,
		    &(struct span) {
			    .base = (__u64)BPF_CORE_READ(map, buckets),
			    .stride = karst_stride(struct bpf_local_storage_map_bucket, lock),
			    .count = 1ULL << (BPF_CORE_READ(map, bucket_log) & 31),
			    .lock_offset = karst_offset(struct bpf_local_storage_map_bucket, lock),
		    });
}

static long write_queue_locks(__u32 index, struct queues *queues)
{
	struct bpf_cpu_map_entry *entry = NULL;
	struct span lock = { .stride = 1, .count = 1, .first_index = index };

	bpf_probe_read_kernel(&entry, sizeof(entry), &queues->entries[index]);
	if (karst_no_pointer(entry))
		return 0;
	lock.base = (__u64)BPF_CORE_READ(entry, queue);
	lock.lock_offset = karst_offset(struct ptr_ring, producer_lock);
	write_range(queues->walk, KARST_CPUMAP_PRODUCER, &lock);
	lock.lock_offset = karst_offset(struct ptr_ring, consumer_lock);
	write_range(queues->walk, KARST_CPUMAP_CONSUMER, &lock);
	return 0;
}

static __always_inline void cpumap(struct walk *walk)
{
	struct bpf_cpu_map *map = (void *)walk->map;
	struct queues queues = { .walk = walk };

	if (!bpf_core_type_exists(struct bpf_cpu_map))
		return;
	queues.entries = BPF_CORE_READ(map, cpu_map);
	if (queues.entries)
		bpf_loop(BPF_CORE_READ(map, map.max_entries), write_queue_locks, &queues, 0);
}

static __always_inline void arena(struct walk *walk)
{
	write_field(walk, KARST_ARENA, struct bpf_arena, lock);
	write_field(walk, KARST_ARENA_SPIN, struct bpf_arena, spinlock);
	write_field(walk, KARST_ARENA_ZAP, struct bpf_arena, zap_mutex);
}

/* Like array_map_mem_usage of kernel/bpf/arraymap.c for maps of this kind. */
static __always_inline __u64 array_memory(struct bpf_array *map)
{
	return bpf_core_type_size(struct bpf_array) +
	       (__u64)BPF_CORE_READ(map, elem_size) * BPF_CORE_READ(map, map.max_entries);
}

static __always_inline void write_description(struct walk *walk)
{
	struct bpf_map *map = walk->map;
	struct karst_map_description description = {
		.record_type = KARST_RECORD_DESCRIPTION,
		.map_id = walk->map_id,
		.map_address = (__u64)map,
		.memory = array_memory((void *)map),
		.key_size = BPF_CORE_READ(map, key_size),
		.value_size = BPF_CORE_READ(map, value_size),
		.max_entries = BPF_CORE_READ(map, max_entries),
		.map_flags = BPF_CORE_READ(map, map_flags),
	};

	BPF_CORE_READ_INTO(&description.name, map, name);
	bpf_seq_write(walk->seq, &description, sizeof(description));
}

static __always_inline void prog_array(struct walk *walk)
{
	struct bpf_array *map = (void *)walk->map;

	write_description(walk);
	write_lock(walk, KARST_PROG_ARRAY_POKE, (__u64)BPF_CORE_READ(map, aux),
		   karst_offset(struct bpf_array_aux, poke_mutex));
}

static __always_inline void array_value(struct walk *walk, enum karst_lock_kind kind, __u32 lock_offset)
{
	struct bpf_array *map = (void *)walk->map;

	write_range(walk, kind,
		    &(struct span) {
			    .base = (__u64)map + karst_offset(struct bpf_array, value),
			    .stride = BPF_CORE_READ(map, elem_size),
			    .count = BPF_CORE_READ(map, map.max_entries),
			    .lock_offset = lock_offset,
		    });
}

static __always_inline void hash_value(struct walk *walk, enum karst_lock_kind kind, __u32 lock_offset)
{
	struct bpf_htab *htab = (void *)walk->map;
	__u32 key_space = (BPF_CORE_READ(htab, map.key_size) + 7) & ~7U;

	write_range(walk, kind,
		    &(struct span) {
			    .base = (__u64)BPF_CORE_READ(htab, elems),
			    .stride = BPF_CORE_READ(htab, elem_size),
			    .count = preallocated(walk, htab),
			    .lock_offset = karst_offset(struct htab_elem, key) + key_space + lock_offset,
		    });
}

/* Locks at the same offset in every value. Maps that allocate their elements individually have no ranges. */
static __always_inline void value_lock(struct walk *walk, enum karst_lock_kind kind, int lock_offset)
{
	enum bpf_map_type type = type_of(walk->map);

	if (lock_offset < 0)
		return;
	if (type == BPF_MAP_TYPE_ARRAY)
		array_value(walk, kind, lock_offset);
	else if ((type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH) && is_preallocated(walk->map))
		hash_value(walk, kind, lock_offset);
	else
		write_record(walk, KARST_RECORD_BLIND, KARST_BLIND_VALUE_LOCK_DYNAMIC);
}

/* A timer or work queue in every value; newer kernels have no lock in them. */
static __always_inline void value_async(struct walk *walk, enum karst_lock_kind kind, int field_offset)
{
	int lock_offset = karst_async_lock();

	if (field_offset >= 0 && lock_offset >= 0)
		value_lock(walk, kind, field_offset + lock_offset);
}

static __always_inline void value_locks(struct walk *walk)
{
	value_lock(walk, KARST_VALUE_SPIN_LOCK, karst_value_field(walk->map, KARST_FIELD_SPIN_LOCK));
	value_lock(walk, KARST_VALUE_RESILIENT_LOCK, karst_value_field(walk->map, KARST_FIELD_RESILIENT_LOCK));
	value_async(walk, KARST_VALUE_TIMER, karst_value_field(walk->map, KARST_FIELD_TIMER));
	value_async(walk, KARST_VALUE_WORK_QUEUE, karst_value_field(walk->map, KARST_FIELD_WORK_QUEUE));
}

static __always_inline void type_locks(struct walk *walk)
{
	switch (type_of(walk->map)) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return hash(walk);
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		return ringbuf(walk);
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		write_field(walk, KARST_QUEUE_STACK, struct bpf_queue_stack, lock);
		return;
	case BPF_MAP_TYPE_LPM_TRIE:
		write_field(walk, KARST_LPM_TRIE, struct lpm_trie, lock);
		return;
	case BPF_MAP_TYPE_STACK_TRACE:
		return stack_trace(walk);
	case BPF_MAP_TYPE_SOCKMAP:
		write_field(walk, KARST_SOCKMAP, struct bpf_stab, lock);
		return;
	case BPF_MAP_TYPE_SOCKHASH:
		return sockhash(walk);
	case BPF_MAP_TYPE_DEVMAP_HASH:
		write_field(walk, KARST_DEVMAP_INDEX, struct bpf_dtab, index_lock);
		return;
	case BPF_MAP_TYPE_XSKMAP:
		write_field(walk, KARST_XSKMAP, struct xsk_map, lock);
		return;
	case BPF_MAP_TYPE_CPUMAP:
		return cpumap(walk);
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_CGRP_STORAGE:
		return local_storage(walk);
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		write_field(walk, KARST_CGROUP_STORAGE, struct bpf_cgroup_storage_map, lock);
		return;
	case BPF_MAP_TYPE_STRUCT_OPS:
		write_field(walk, KARST_STRUCT_OPS, struct bpf_struct_ops_map, lock);
		return;
	case BPF_MAP_TYPE_PROG_ARRAY:
		return prog_array(walk);
	case BPF_MAP_TYPE_ARENA:
		return arena(walk);
	default:
		return;
	}
}

static __always_inline bool has_bit_locks(enum bpf_map_type type)
{
	return bpf_core_enum_value_exists(enum bpf_map_type, BPF_MAP_TYPE_RHASH) &&
	       type == bpf_core_enum_value(enum bpf_map_type, BPF_MAP_TYPE_RHASH);
}

static __always_inline __u32 only_value(void *map)
{
	__u32 zero = 0;
	__u32 *value = bpf_map_lookup_elem(map, &zero);

	return value ? *value : 0;
}

static __always_inline void write_map(struct walk *walk)
{
	enum bpf_map_type type = type_of(walk->map);

	write_record(walk, KARST_RECORD_MAP, type);
	type_locks(walk);
	value_locks(walk);
	write_field(walk, KARST_FREEZE, struct bpf_map, freeze_mutex);
	if (has_bit_locks(type))
		write_record(walk, KARST_RECORD_BLIND, KARST_BLIND_BIT_LOCK);
	if (walk->ranges > walk->skip + KARST_PASS_RECORDS)
		write_record(walk, KARST_RECORD_MORE, 0);
}

/* ---- programs ---- */

SEC("iter/bpf_map")
int percpu_offsets(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_array *array = (void *)ctx->map;
	void *own = &probe;
	__u64 pointer;

	barrier_var(own); /* or the compiler reads through &probe, which the verifier forbids */
	if (!array || array != own)
		return 0;
	pointer = (__u64)BPF_CORE_READ(array, pptrs[0]);
	bpf_loop(KARST_MOST_CPUS, note_offset, &pointer, 0);
	return 0;
}

SEC("iter/bpf_map")
int lock_ranges(struct bpf_iter__bpf_map *ctx)
{
	struct walk walk = { .seq = ctx->meta->seq, .map = ctx->map };

	if (!walk.map)
		return 0;
	walk.map_id = walk.map->id;
	walk.skip = only_value(&window);
	walk.cpus = only_value(&cpus);
	write_map(&walk);
	return 0;
}
