/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * One accessor for each kernel field that was renamed, moved or removed, to hide that from the programs. They
 * check the types of the running kernel, never its version, because distributions backport changes.
 */

#ifndef KARST_CORE_FIXES_BPF_H
#define KARST_CORE_FIXES_BPF_H

#include "kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/*
 * Offset of a field of a kernel type, and the size of the type, which is the distance of that field in
 * neighbouring array elements.
 */
#define karst_offset(type, field) __builtin_preserve_field_info(((type *)0)[0].field, BPF_FIELD_BYTE_OFFSET)
#define karst_stride(type, field) \
	(__builtin_preserve_field_info(((type *)0)[1].field, BPF_FIELD_BYTE_OFFSET) - karst_offset(type, field))

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Before aa3496accc41 ("bpf: Refactor kptr_off_tab into btf_record", 6.2) the map itself held the offsets. */
struct bpf_map___offsets {
	int spin_lock_off;
	int timer_off;
};

/* Removed with lock-free timers; named bpf_timer_kern before be2749beff62 (6.10). */
struct bpf_timer_kern {
	struct karst_any_lock lock;
};

struct bpf_async_kern {
	struct karst_any_lock lock;
};

/* Missing in 6.18, present before and after. */
struct pcpu_freelist___extra {
	struct pcpu_freelist_head extralist;
};

#pragma clang attribute pop

enum karst_value_field {
	KARST_FIELD_SPIN_LOCK,
	KARST_FIELD_RESILIENT_LOCK,
	KARST_FIELD_TIMER,
	KARST_FIELD_WORK_QUEUE,
};

#define KARST_NO_FIELD (-1)

/* An error pointer or NULL, as the kernel's IS_ERR_OR_NULL. */
static __always_inline bool karst_no_pointer(const void *pointer)
{
	return !pointer || (__u64)pointer >= (__u64)-4095;
}

static __always_inline int karst_record_field(const struct btf_record *record, enum karst_value_field field)
{
	if (field == KARST_FIELD_SPIN_LOCK)
		return BPF_CORE_READ(record, spin_lock_off);
	if (field == KARST_FIELD_RESILIENT_LOCK && bpf_core_field_exists(record->res_spin_lock_off))
		return BPF_CORE_READ(record, res_spin_lock_off);
	if (field == KARST_FIELD_TIMER)
		return BPF_CORE_READ(record, timer_off);
	if (field == KARST_FIELD_WORK_QUEUE && bpf_core_field_exists(record->wq_off))
		return BPF_CORE_READ(record, wq_off);
	return KARST_NO_FIELD;
}

/* Offset of a special field in the map's values, negative if they have none. */
static __always_inline int karst_value_field(const struct bpf_map *map, enum karst_value_field field)
{
	const struct bpf_map___offsets *old = (const void *)map;

	if (bpf_core_field_exists(map->record)) {
		const struct btf_record *record = BPF_CORE_READ(map, record);

		return karst_no_pointer(record) ? KARST_NO_FIELD : karst_record_field(record, field);
	}
	if (field == KARST_FIELD_SPIN_LOCK && bpf_core_field_exists(old->spin_lock_off))
		return BPF_CORE_READ(old, spin_lock_off);
	if (field == KARST_FIELD_TIMER && bpf_core_field_exists(old->timer_off))
		return BPF_CORE_READ(old, timer_off);
	return KARST_NO_FIELD;
}

/* Where the lock lies in a bpf_timer or bpf_wq, negative if it has none. */
static __always_inline int karst_async_lock(void)
{
	if (bpf_core_field_exists(((struct bpf_async_kern *)0)->lock))
		return karst_offset(struct bpf_async_kern, lock);
	if (bpf_core_field_exists(((struct bpf_timer_kern *)0)->lock))
		return karst_offset(struct bpf_timer_kern, lock);
	return KARST_NO_FIELD;
}

/* Offset of the freelist's shared list, negative if it has none. */
static __always_inline int karst_extra_list_lock(void)
{
	if (bpf_core_field_exists(((struct pcpu_freelist___extra *)0)->extralist.lock))
		return karst_offset(struct pcpu_freelist___extra, extralist.lock);
	return KARST_NO_FIELD;
}

#endif
