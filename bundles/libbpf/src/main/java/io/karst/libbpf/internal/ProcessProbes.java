// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Capabilities of this process, see capabilities(7). */
final class ProcessProbes {
    private final Path status;

    ProcessProbes(Path proc) {
        this.status = proc.resolve("self/status");
    }

    List<Ability> probe() {
        Capabilities held;
        try {
            held = Capabilities.of(status);
        } catch (UncheckedIOException e) {
            return List.of(new Ability(
                    "capabilities", false, String.valueOf(e.getMessage()), "not known what is allowed", "mount /proc"));
        }
        return List.of(
                ability(
                        held,
                        Capabilities.Capability.CAP_BPF,
                        "no program can be loaded: all stages wait",
                        "run Karaf as root or grant CAP_BPF"),
                ability(
                        held,
                        Capabilities.Capability.CAP_PERFMON,
                        "no tracing program can be loaded: all stages wait",
                        "run Karaf as root or grant CAP_PERFMON"),
                ability(
                        held,
                        Capabilities.Capability.CAP_SYS_ADMIN,
                        "maps, programs and links cannot be opened by id: no owners, no self-test of value locks",
                        "run Karaf as root or grant CAP_SYS_ADMIN"),
                ability(
                        held,
                        Capabilities.Capability.CAP_SYS_RESOURCE,
                        "none on kernels since 5.11; before, RLIMIT_MEMLOCK bounds the size of all maps",
                        "nothing to do on kernels since 5.11; else raise LimitMEMLOCK"),
                ability(
                        held,
                        Capabilities.Capability.CAP_SYSLOG,
                        "addresses in /proc/kallsyms read as zero; the ksym iterator shows them all the same",
                        "nothing to do where iter/ksym is there; else grant CAP_SYSLOG"));
    }

    private static Ability ability(
            Capabilities held, Capabilities.Capability capability, String effect, String remedy) {
        boolean granted = held.grants(capability);
        String mask = "CapEff is " + String.format(Locale.ROOT, "%016x", held.effective());
        String evidence = granted && !held.has(capability) ? mask + ", part of CAP_SYS_ADMIN" : mask;
        return new Ability(capability.name(), granted, evidence, effect, granted ? "" : remedy);
    }
}
