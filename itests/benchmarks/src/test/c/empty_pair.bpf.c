// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0
// Copyright the Karst authors

/* A pair of programs that do nothing: what calling them takes. */

#include "twins.bpf.h"

static __always_inline void begin(__u64 lock, __u64 flags)
{
}

static __always_inline void end(__u64 lock, __u64 flags)
{
}
