// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.bpf.BpfException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Probes the abilities of this process and this kernel. Works without libbpf and without capabilities. Nothing is cached, so
 * that a remedy shows at once.
 */
@Component(name = "io.karst.libbpf.abilities", service = AbilityProbe.class)
public final class KernelAbilityProbe implements AbilityProbe {
    private static final String EFFECT = "nothing can be loaded: all stages wait";

    private final String library;
    private final Path proc;
    private final Path sys;

    /** Probes the running kernel. */
    @Activate
    public KernelAbilityProbe() {
        this(NativeLibraries.LIBBPF, Path.of("/proc"), Path.of("/sys"));
    }

    KernelAbilityProbe(String library, Path proc, Path sys) {
        this.library = library;
        this.proc = proc;
        this.sys = sys;
    }

    @Override
    public List<Ability> probe() {
        List<Ability> abilities = new ArrayList<>(new ProcessProbes(proc).probe());
        Optional<NativeLibraries> libraries = Optional.empty();
        try {
            libraries = Optional.of(NativeLibraries.load(library));
            abilities.add(new Ability(
                    "libbpf", true, library + " is version " + libraries.get().version(), EFFECT, ""));
        } catch (BpfException e) {
            abilities.add(new Ability(
                    "libbpf",
                    false,
                    String.valueOf(e.getMessage()),
                    EFFECT,
                    "apt install libbpf1 (Fedora, RHEL: dnf install libbpf)"));
        }
        SystemProbes system = new SystemProbes(proc, sys);
        abilities.addAll(system.probe());
        abilities.addAll(new ProgramProbes(libraries, sys).probe());
        abilities.addAll(system.visibility());
        return List.copyOf(abilities);
    }
}
