// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.util.List;

/**
 * Effective capabilities of this process.
 *
 * @param effective bit mask, numbered as in uapi {@code linux/capability.h}
 */
record Capabilities(long effective) {

    /** A capability with its bit. */
    enum Capability {
        /** Includes CAP_BPF and CAP_PERFMON. */
        CAP_SYS_ADMIN(21),
        CAP_SYS_RESOURCE(24),
        CAP_SYSLOG(34),
        CAP_PERFMON(38),
        CAP_BPF(39);

        private final int bit;

        Capability(int bit) {
            this.bit = bit;
        }
    }

    boolean has(Capability capability) {
        return (effective >>> capability.bit & 1) == 1;
    }

    /** Whether the process has this capability, directly or as a part of CAP_SYS_ADMIN. */
    boolean grants(Capability capability) {
        boolean partOfAdmin = capability == Capability.CAP_BPF || capability == Capability.CAP_PERFMON;
        return has(capability) || (partOfAdmin && has(Capability.CAP_SYS_ADMIN));
    }

    /**
     * Capabilities that are missing for loading and attaching tracing programs, and for opening maps, programs and BTF objects by
     * id, which the kernel allows with CAP_SYS_ADMIN only.
     */
    List<Capability> missing() {
        return List.of(Capability.CAP_BPF, Capability.CAP_PERFMON, Capability.CAP_SYS_ADMIN).stream()
                .filter(capability -> !grants(capability))
                .toList();
    }
}
