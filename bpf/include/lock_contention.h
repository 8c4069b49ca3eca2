/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Interface between lock_contention.bpf.c and user space. All maps are arrays that user space maps into its
 * memory.
 *
 * Attach `on_contention_end`, then `on_contention_begin`. `test_contention_begin` and `test_contention_end` do the same under
 * BPF_PROG_TEST_RUN, context { __u64 lock address, __u64 flags or return value }; they count into the same maps. Events
 * for which the kernel skipped a program are in `recursion_misses` of that program.
 */

#ifndef KARST_LOCK_CONTENTION_H
#define KARST_LOCK_CONTENTION_H

/*
 * Pinned maps of another version are not reused: increase this with any change to the content of a map,
 * including the waits in progress, which only the programs read.
 */
#define KARST_LAYOUT_VERSION 8

#define KARST_MAX_RANGES 16384 /* ranges in one table, and slots of counters */
#define KARST_MAX_CPUS 1024
#define KARST_BUCKETS 36 /* bucket b: 2^b to 2^(b+1) - 1 ns; 0 also holds 0 ns; the last is open */
#define KARST_INTERLEAVED 4 /* ranges that may lie in the same elements */
#define KARST_NO_ADDRESS 0xffffffffffffffffULL /* fills unused entries of `first_lock`, sorts last */

/*
 * Map `ranges`: array of 2 tables; `generation` selects the one in use. Sorted by first_lock, unsigned;
 * ranges never overlap. A lock at address a belongs to range r when first_lock[r] is the greatest one <= a and
 * (a - first_lock) is a multiple of stride below count * stride. Only ranges in the same elements of one map, such as a
 * spin lock and a timer in each value of an array, lie in each other's gaps: then r may be up to KARST_INTERLEAVED - 1
 * places before the greatest one.
 *
 * The memory of a freed map may hold a lock of another map before user space has written the next table. So a
 * range is valid only while its map has the expected id: the kernel sets the id to 0 before it frees the map.
 */
struct karst_range {
	__u64 stride;
	__u32 count;
	__u32 slot; /* slot that counts its waits, below KARST_MAX_RANGES */
	__u64 map_address; /* the struct bpf_map; 0: belongs to no map, always valid */
	__u32 map_id;
	__u32 padding;
};

struct karst_range_table {
	__u64 first_lock[KARST_MAX_RANGES];
	struct karst_range range[KARST_MAX_RANGES];
};

/*
 * Map `.bss`. Only user space writes it, except for the cache of the search: the programs write its words, and each word is
 * valid only in the generation in which it was written. Generations are counted from 1 to KARST_GENERATIONS, again
 * and again; 0 is the empty table at the start. Before the generations 1 and KARST_GENERATIONS / 2 + 1 user space clears
 * the cache, so that no word becomes valid again.
 */
#define KARST_GENERATIONS 126
#define KARST_CACHE_BITS 15
#define KARST_CACHE_WORDS (1 << KARST_CACHE_BITS)
struct karst_control {
	__u32 generation; /* of the active table, which is generation % 2; written after that table is complete */
	__u32 start; /* always 0; where the search starts, a number the verifier must not know */
	__u64 lowest; /* first lock address of the active table; 0 when empty, and then highest is 0 too */
	__u64 highest; /* last lock address, inclusive */
	__u64 padding[5]; /* so that no CPU that writes to the cache takes this line from the others */
	__u64 cache[KARST_CACHE_WORDS];
};

/*
 * Waits of one slot or one single lock in one row. The count is the histogram's sum; waits that ended in a deadlock or
 * timeout (resilient locks) are in it too, and so are untimed ones, each in the bucket of the last timed one. A wait that was
 * timed because one in N was to be is N times in the total.
 */
struct karst_counters {
	__u64 total_ns;
	__u64 max_ns; /* of the timed ones */
	__u64 deadlocks;
	__u64 timeouts;
	__u64 untimed;
	__u64 variance_low; /* of total_ns, 128 bits: sum of N * (N - 1) * (length in ns)^2 */
	__u64 variance_high;
	__u64 counted; /* 0 as long as nothing is counted; 1 + bucket of the last timed one, 1 if none was timed */
	__u64 histogram[KARST_BUCKETS];
};

/*
 * Rows: the first `own_rows` (rodata) CPUs have a row of their own, CPU n row n. All other possible CPUs, also those
 * that are added later, share one more row; there is none if every possible CPU has its own.
 */

/* Map `totals`: [row][slot] of struct karst_counters; max_entries = rows * slots (rodata `slots`). */

/*
 * Map `single_locks`: [row][line] of struct karst_single_lock; max_entries = rows * single_lock_lines (rodata, a
 * power of two). Holds locks of ranges with more than one lock; linear probing from a hash of (slot, index)
 * over at most KARST_PROBES lines. If there is no room, this is counted in lost[KARST_LOST_SINGLE_LOCK];
 * `totals` includes the wait anyway.
 */
#define KARST_PROBES 4
struct karst_single_lock {
	__u64 key; /* (slot + 1) << 32 | index; 0 = free */
	struct karst_counters counters;
};

/*
 * Map `.data.waiting`. When other programs take over, they are loaded with the same maps and attached before
 * the old ones are detached. In between, every event reaches both, the old ones first. A begin is recorded
 * once, because the second program finds the record; the first end that finds it counts the wait and removes
 * it.
 */
struct karst_waiting {
	__u64 sleeping; /* number of sleeping waits in progress: if 0, an end skips the search */
	volatile __u64 handover; /* non-zero while two tracers are attached; written by user space */
	volatile __u64 one_in; /* one in so many spinning waits is timed, up to 64; 0: all; written by user space */
};

/* Map `lost`: [CPU][reason] of __u64; max_entries = possible CPUs * KARST_LOST_REASONS. */
enum karst_lost_reason {
	KARST_LOST_STALE_NOTE = 0, /* a begin whose end never came */
	KARST_LOST_NESTING = 1, /* more waits nested on a CPU than there is room for */
	KARST_LOST_SLEEPERS_FULL = 2, /* no room for another task that waits for a sleeping lock */
	KARST_LOST_CLOCK = 3, /* end before begin */
	KARST_LOST_SINGLE_LOCK = 4, /* counted in totals, but not for the single lock */
	KARST_LOST_MAP_GONE = 5, /* a lock in the memory of a freed map; its new owner is not known yet */
	KARST_LOST_REASONS = 6, /* size of a row */
};

#endif
