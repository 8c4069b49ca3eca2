// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.Ability.Need;
import io.karst.ability.Answer;
import io.karst.libbpf.internal.Capabilities.Capability;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Capabilities of this process, see capabilities(7). */
final class ProcessProbes {
    private final Path proc;
    private final Credentials held;

    ProcessProbes(Path proc, Credentials held) {
        this.proc = proc;
        this.held = held;
    }

    List<Ability> probe() {
        Optional<Capabilities> capabilities = held.capabilities();
        if (capabilities.isEmpty()) {
            return List.of(new Ability(
                    "capabilities",
                    Answer.NOT_KNOWN,
                    proc.resolve("self/status") + " does not tell them",
                    "not known what is allowed",
                    "mount -t proc proc /proc"));
        }
        return List.of(
                needed(Capability.CAP_BPF, "no program can be loaded: all stages wait"),
                needed(Capability.CAP_PERFMON, "no tracing program can be loaded: all stages wait"),
                needed(
                        Capability.CAP_SYS_ADMIN,
                        "maps, programs and kernel types cannot be opened by id: all stages wait"),
                finding(Capability.CAP_SYS_RESOURCE)
                        .ability(
                                "CAP_SYS_RESOURCE",
                                "none: since Linux 5.11, RLIMIT_MEMLOCK does not bound the size of maps",
                                "nothing to do")
                        .with(Need.NONE),
                finding(Capability.CAP_SYSLOG)
                        .ability(
                                "CAP_SYSLOG",
                                "addresses in /proc/kallsyms read as zero; the ksym iterator shows them all the same",
                                "nothing to do where iter/ksym is there; else grant CAP_SYSLOG")
                        .with(Need.NONE));
    }

    private Ability needed(Capability capability, String effect) {
        Obstacle obstacle = held.initialUserNamespace() == Answer.NO
                ? Obstacle.userNamespace()
                : Obstacle.capabilities(List.of(capability), held.root() == Answer.YES);
        return finding(capability)
                .ability(capability.name(), effect, obstacle.remedy())
                .with(Need.REQUIRED);
    }

    private Finding finding(Capability capability) {
        Capabilities capabilities = held.capabilities().orElseThrow();
        boolean granted = capabilities.grants(capability);
        String mask = "CapEff is " + String.format(Locale.ROOT, "%016x", capabilities.effective());
        String evidence = granted && !capabilities.has(capability) ? mask + ", part of CAP_SYS_ADMIN" : mask;
        if (!granted) {
            return Finding.of(false, evidence);
        }
        return switch (held.initialUserNamespace()) {
            case YES -> Finding.of(true, evidence);
            case NO -> Finding.of(false, evidence + ", in a user namespace, where it does not hold for the kernel");
            case NOT_KNOWN ->
                Finding.notKnown(
                        evidence + ", but " + proc.resolve("self/ns/user") + " cannot be read: in a user namespace it"
                                + " would not hold for the kernel",
                        "mount -t proc proc /proc");
        };
    }
}
