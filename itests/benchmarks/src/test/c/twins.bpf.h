/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */
/* Copyright the Karst authors */

/*
 * Programs with the names and the sections of those in lock_contention.bpf.c, so that the benchmark attaches and runs each
 * design in the same way. `begin` and `end` take the lock's address and flags or return value.
 */

#ifndef KARST_BENCHMARK_TWINS_H
#define KARST_BENCHMARK_TWINS_H

#include "kernel_types.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline void begin(__u64 lock, __u64 flags);
static __always_inline void end(__u64 lock, __u64 flags);

SEC("tp_btf/contention_begin")
int on_contention_begin(__u64 *ctx)
{
	begin(ctx[0], ctx[1]);
	return 0;
}

SEC("tp_btf/contention_end")
int on_contention_end(__u64 *ctx)
{
	end(ctx[0], ctx[1]);
	return 0;
}

SEC("raw_tp/contention_begin")
int test_contention_begin(__u64 *ctx)
{
	begin(ctx[0], ctx[1]);
	return 0;
}

SEC("raw_tp/contention_end")
int test_contention_end(__u64 *ctx)
{
	end(ctx[0], ctx[1]);
	return 0;
}

#endif
