/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/* What kernel_symbols.bpf.c and user space share. */

#ifndef KARST_KERNEL_SYMBOLS_H
#define KARST_KERNEL_SYMBOLS_H

#define KARST_SYMBOL_NAME 512 /* KSYM_NAME_LEN, include/linux/kallsyms.h */
#define KARST_MODULE_NAME 56 /* MODULE_NAME_LEN on 64 bit, include/linux/moduleparam.h */

/* Map `wanted_names`: hash, key char[KARST_SYMBOL_NAME] zero-filled, value __u32 (not read). */

/* Written by program `symbols_by_name` for every symbol whose name is in `wanted_names`, and by
 * `all_symbols` for every symbol (which user space uses to find the symbol an address lies in). */
struct karst_symbol {
	__u64 address;
	char name[KARST_SYMBOL_NAME];
	char module_name[KARST_MODULE_NAME];
	__u32 type; /* letter as in /proc/kallsyms */
	__u32 padding;
};

/* Written by program `symbols_by_address`: for each entry of array `wanted_addresses` (rodata
 * `wanted_address_count`, sorted unsigned) candidates; user space keeps the greatest address <= the one wanted. */
#define KARST_MAX_ADDRESSES 1024

#endif
