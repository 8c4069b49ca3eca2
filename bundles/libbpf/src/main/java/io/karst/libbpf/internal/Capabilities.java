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

    /** Reads the capabilities of this process. */
    static Capabilities ofThisProcess() {
        return of(Path.of("/proc/self/status"));
    }

    boolean has(Capability capability) {
        return (effective >>> capability.bit & 1) == 1;
    }

    /** Whether the process has this capability, directly or as a part of CAP_SYS_ADMIN. */
    boolean grants(Capability capability) {
        boolean partOfAdmin = capability == Capability.CAP_BPF || capability == Capability.CAP_PERFMON;
        return has(capability) || (partOfAdmin && has(Capability.CAP_SYS_ADMIN));
    }

    /** Capabilities that are missing for loading and attaching tracing programs. */
    List<Capability> missing() {
        return List.of(Capability.CAP_BPF, Capability.CAP_PERFMON).stream()
                .filter(capability -> !grants(capability))
                .toList();
    }
}
