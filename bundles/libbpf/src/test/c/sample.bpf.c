// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* One of each thing that the binding handles. Needs no kernel headers beyond the installed ones. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u8 small_setting = 1;
const volatile __u16 short_setting = 2;
const volatile __u32 setting = 3;
const volatile __u64 large_setting = 4;
const volatile char text_setting[12] = "abc";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps"); /* 0: calls, 1: last CPU, 2: sum of arguments, 3: settings added up */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

struct arguments {
	__u64 first;
	__u64 second;
};

static __always_inline __u64 *counter(__u32 index)
{
	return bpf_map_lookup_elem(&counters, &index);
}

SEC("raw_tp/sys_enter")
int on_raw(struct arguments *ctx)
{
	__u64 *calls = counter(0), *cpu = counter(1), *sum = counter(2);

	if (!calls || !cpu || !sum)
		return 0;
	*calls += 1;
	*cpu = bpf_get_smp_processor_id();
	*sum += ctx->first + ctx->second;
	return 7;
}

SEC("syscall")
int on_syscall(struct arguments *ctx)
{
	__u64 *settings = counter(3);

	if (settings)
		*settings = small_setting + short_setting + setting + large_setting;
	return ctx->first + 1;
}

SEC("tc")
int on_packet(struct __sk_buff *skb)
{
	return skb->len;
}

/* Attaches for real; the tracepoint hardly ever fires. */
SEC("raw_tp/task_rename")
int on_rename(void *ctx)
{
	return 0;
}
