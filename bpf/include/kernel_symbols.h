/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Interface between kernel_symbols.bpf.c and user space. Each program is an iterator; read it to its end. It
 * visits every symbol of the kernel, its modules and its BPF programs, in no particular order.
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
 * Program `symbols_by_name` writes one of these for every symbol whose name is in `wanted_names`; a name may
 * occur several times, or never. Names end with a zero byte; ignore what follows it.
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
 * Map `nearest`: array of KARST_MAX_ADDRESSES, one for each of `wanted_addresses`; zero it before. Program
 * `symbols_by_address` writes no output, but fills this map. To save time in the kernel, a symbol is entered
 * only at the two wanted addresses next to it. User space has to complete the result:
 *  - the symbol that contains address i is the one with the greatest address among nearest[0..i].symbol (0:
 * none);
 *  - the next symbol after address i starts at the smallest non-zero nearest[i..].next_address (all 0: none).
 * For an address past the end of the kernel's text and data the symbol found is far below it: check the
 * distance.
 */
struct karst_nearest {
	struct karst_symbol symbol; /* if several have this address, the first one visited */
	__u64 next_address;
};

#endif
