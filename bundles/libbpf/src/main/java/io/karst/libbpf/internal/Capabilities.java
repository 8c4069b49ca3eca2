// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Effective capabilities of this process.
 *
 * @param effective bit mask, numbered as in uapi {@code linux/capability.h}
 */
record Capabilities(long effective) {

    /** What a capability is called and its bit. */
    enum Capability {
        /** Also grants what CAP_BPF and CAP_PERFMON grant. */
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

    /** Reads {@code CapEff} of a status file, see proc(5). */
    static Capabilities of(Path status) {
        try {
            return new Capabilities(Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("CapEff:"))
                    .map(line -> line.substring("CapEff:".length()).strip())
                    .mapToLong(hex -> Long.parseUnsignedLong(hex, 16))
                    .findFirst()
                    .orElse(0));
        } catch (IOException e) {
            throw new UncheckedIOException("capabilities of this process are unknown", e);
        }
    }

    /** Those of this process. */
    static Capabilities ofThisProcess() {
        return of(Path.of("/proc/self/status"));
    }

    boolean has(Capability capability) {
        return (effective >>> capability.bit & 1) == 1;
    }

    /** Whether the kernel grants what this capability stands for, directly or as a part of CAP_SYS_ADMIN. */
    boolean grants(Capability capability) {
        boolean partOfAdmin = capability == Capability.CAP_BPF || capability == Capability.CAP_PERFMON;
        return has(capability) || (partOfAdmin && has(Capability.CAP_SYS_ADMIN));
    }

    /** What loading and attaching tracing programs lacks. */
    List<Capability> missing() {
        return List.of(Capability.CAP_BPF, Capability.CAP_PERFMON).stream()
                .filter(capability -> !grants(capability))
                .toList();
    }
}
