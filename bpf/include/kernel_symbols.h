/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * What kernel_symbols.bpf.c and user space share. Each program is an iterator to be read to its end; it passes every
 * symbol of the kernel, its modules and its BPF programs. They come in no overall order.
 */

#ifndef KARST_KERNEL_SYMBOLS_H
#define KARST_KERNEL_SYMBOLS_H

#define KARST_SYMBOL_NAME 512 /* KSYM_NAME_LEN, include/linux/kallsyms.h */
#define KARST_MODULE_NAME 56 /* MODULE_NAME_LEN on 64 bit, include/linux/moduleparam.h */
#define KARST_MAX_ADDRESSES 1024
#define KARST_MAX_NAMES 1024
#define KARST_NO_WANTED_ADDRESS 0xffffffffffffffffULL

/*
 * Map `wanted_names`: hash of KARST_MAX_NAMES, key char[KARST_SYMBOL_NAME] zero-filled, value __u32 (not read).
 *
 * Program `symbols_by_name` writes one of these for every symbol whose name is in `wanted_names`; a name may come more
 * than once, or never. Names end with a zero byte; what follows it means nothing.
 */
struct karst_symbol {
	__u64 address;
	char name[KARST_SYMBOL_NAME];
	char module_name[KARST_MODULE_NAME]; /* empty: the kernel itself; "bpf" and "__builtin__..." occur */
	__u32 type; /* letter as in /proc/kallsyms */
	__u32 padding;
};

/* Map `wanted_addresses`: array of 1. Unsigned ascending; the rest filled with KARST_NO_WANTED_ADDRESS. */
struct karst_wanted_addresses {
	__u32 start; /* always 0; where the search starts, a number the verifier must not know */
	__u32 padding;
	__u64 address[KARST_MAX_ADDRESSES];
};

/*
 * Map `nearest`: array of KARST_MAX_ADDRESSES, one for each of `wanted_addresses`, to be zeroed before. Program
 * `symbols_by_address` writes nothing, but fills these. To save time in the kernel, a symbol is entered only at the two
 * wanted addresses next to it. So afterwards user space has to carry on:
 *  - the symbol that address i lies in is that with the greatest address among nearest[0..i].symbol (0: none);
 *  - the next symbol after address i starts at the least nonzero of nearest[i..].next_address (all 0: none).
 * An address past the end of the kernel's text and data finds a symbol far below; the distance tells.
 */
struct karst_nearest {
	struct karst_symbol symbol; /* of several at one address the first that came */
	__u64 next_address;
};

#endif
