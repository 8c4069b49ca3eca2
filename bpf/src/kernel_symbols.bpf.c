// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/*
 * Looks up kernel symbols, by name and by address: iterator over all symbols (iter/ksym, 6.0+). It shows
 * addresses regardless of kptr_restrict. It filters in the kernel, because there are more than a hundred
 * thousand symbols.
 */

#include "kernel_types.h"
#include "kernel_symbols.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define START_BITS 12
#define STARTS (1 << START_BITS)
#define GOLDEN_RATIO 0x9e3779b97f4a7c15ULL

/* Key: name, zero-filled. Value: not read. Only user space writes it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KARST_MAX_NAMES);
	__type(key, char[KARST_SYMBOL_NAME]);
	__type(value, __u32);
} wanted_names SEC(".maps");

/* Written by user space only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct karst_wanted_addresses);
} wanted_addresses SEC(".maps");

/* Key: index in `wanted_addresses`. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KARST_MAX_ADDRESSES);
	__type(key, __u32);
	__type(value, struct karst_nearest);
} nearest SEC(".maps");

/*
 * By a hash of their first 16 characters, whether a name may be wanted. Copying, zeroing and hashing a whole name takes far
 * longer, so nearly all names have to be rejected here.
 */
static __u8 wanted_starts[STARTS];

struct scratch {
	/* A name, with room for as many zeros behind it: so the rest of the key can be zeroed whatever its length. */
	char key[2 * KARST_SYMBOL_NAME];
	struct karst_symbol symbol;
};

/* Per-CPU scratch space: too big for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static const char zeros[KARST_SYMBOL_NAME];

static __always_inline void copy_symbol(struct karst_symbol *to, struct kallsym_iter *from)
{
	to->address = from->value;
	to->type = from->type;
	bpf_probe_read_kernel_str(to->name, sizeof(to->name), from->name);
	bpf_probe_read_kernel_str(to->module_name, sizeof(to->module_name), from->module_name);
}

/* 0x80 in the place of the lowest byte that is zero; bits above it say nothing. 0 if no byte is zero. */
static __always_inline __u64 zero_bytes(__u64 characters)
{
	return (characters - 0x0101010101010101ULL) & ~characters & 0x8080808080808080ULL;
}

/* Characters before the first zero byte, the others zero; the first character is the lowest byte. */
static __always_inline __u64 before_zero(__u64 characters)
{
	__u64 zero = zero_bytes(characters);

	return zero ? characters & (((zero & -zero) >> 7) - 1) : characters;
}

static __always_inline __u32 start_of(const __u64 *name)
{
	__u64 first = name[0];
	__u64 second = zero_bytes(first) ? 0 : before_zero(name[1]);

	return ((before_zero(first) ^ (second * 31)) * GOLDEN_RATIO) >> (64 - START_BITS);
}

static long want_start(void *map unused, const void *name, void *value unused, void *none unused)
{
	wanted_starts[start_of(name)] = 1;
	return 0;
}

/* At the first symbol. */
static __always_inline void collect_starts(void)
{
	for (__u32 i = 0; i < STARTS; i += sizeof(zeros))
		bpf_probe_read_kernel(&wanted_starts[i], sizeof(zeros), zeros);
	bpf_for_each_map_elem(&wanted_names, want_start, NULL, 0);
}

static __always_inline bool may_be_wanted(const struct kallsym_iter *symbol)
{
	const __u64 *name = (const __u64 *)symbol->name;

	barrier_var(name); /* else a load gets the field's relocation, which fails where the field has another size */
	return wanted_starts[start_of(name)];
}

static __always_inline bool is_wanted(char *key, const struct kallsym_iter *symbol)
{
	long length = bpf_probe_read_kernel_str(key, KARST_SYMBOL_NAME, symbol->name);

	if (length < 0 || length > KARST_SYMBOL_NAME)
		return false;
	bpf_probe_read_kernel(&key[length], sizeof(zeros), zeros);
	return bpf_map_lookup_elem(&wanted_names, key);
}

static __always_inline struct scratch *scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline void write_symbol(struct seq_file *to, struct karst_symbol *copy, struct kallsym_iter *symbol)
{
	copy_symbol(copy, symbol);
	bpf_seq_write(to, copy, sizeof(*copy));
}

/* Binary search: greatest wanted address below this one, or 0. As in lock_contention.bpf.c. */
static __always_inline __u32 search(const struct karst_wanted_addresses *wanted, __u64 address)
{
	__u32 at = wanted->start & (KARST_MAX_ADDRESSES - 1);

#pragma unroll
	for (__u32 step = KARST_MAX_ADDRESSES / 2; step; step /= 2) {
		__u32 next = (at + step) & (KARST_MAX_ADDRESSES - 1);

		if (wanted->address[next] < address)
			at = next;
	}
	return at;
}

/* The wanted address at this position is not below the symbol. */
static __always_inline void note_symbol(__u32 position, struct kallsym_iter *symbol)
{
	struct karst_nearest *entry = bpf_map_lookup_elem(&nearest, &position);

	if (entry && symbol->value > entry->symbol.address)
		copy_symbol(&entry->symbol, symbol);
}

/* The wanted address at this position is below the symbol. */
static __always_inline void note_next(__u32 position, __u64 address)
{
	struct karst_nearest *entry = bpf_map_lookup_elem(&nearest, &position);

	if (entry && (!entry->next_address || address < entry->next_address))
		entry->next_address = address;
}

static __always_inline void note_nearest(const struct karst_wanted_addresses *wanted, struct kallsym_iter *symbol)
{
	__u32 at = search(wanted, symbol->value);

	if (wanted->address[at] < symbol->value) {
		note_next(at, symbol->value);
		at++;
	}
	if (at < KARST_MAX_ADDRESSES && wanted->address[at] != KARST_NO_WANTED_ADDRESS)
		note_symbol(at, symbol);
}

/* ---- programs ---- */

SEC("iter/ksym")
int symbols_by_name(struct bpf_iter__ksym *ctx)
{
	struct kallsym_iter *symbol = ctx->ksym;
	struct scratch *memory;

	if (!symbol)
		return 0;
	if (!ctx->meta->seq_num)
		collect_starts();
	if (!may_be_wanted(symbol))
		return 0;
	memory = scratch();
	if (memory && is_wanted(memory->key, symbol))
		write_symbol(ctx->meta->seq, &memory->symbol, symbol);
	return 0;
}

SEC("iter/ksym")
int symbols_by_address(struct bpf_iter__ksym *ctx)
{
	__u32 zero = 0;
	struct kallsym_iter *symbol = ctx->ksym;
	struct karst_wanted_addresses *wanted = bpf_map_lookup_elem(&wanted_addresses, &zero);

	if (symbol && wanted)
		note_nearest(wanted, symbol);
	return 0;
}
