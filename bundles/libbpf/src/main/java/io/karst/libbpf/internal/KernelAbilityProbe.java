// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.Ability.Need;
import io.karst.ability.AbilityProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        Credentials held = Credentials.of(proc);
        List<Ability> abilities = new ArrayList<>(new ProcessProbes(proc, held).probe());
        NativeLibraries.Loaded loaded = NativeLibraries.tryLoading(library);
        Ability libbpf = loaded.obstacle()
                .map(obstacle -> new Ability("libbpf", false, obstacle.cause(), EFFECT, obstacle.remedy()))
                .orElseGet(() -> new Ability(
                        "libbpf",
                        true,
                        library + " is version "
                                + loaded.libraries().orElseThrow().version(),
                        EFFECT,
                        ""));
        abilities.add(libbpf.with(Need.REQUIRED));
        ProgramProbes programs = new ProgramProbes(loaded, held.obstacle(), sys);
        SystemProbes system = new SystemProbes(proc, sys, programs.kernelReads());
        abilities.addAll(system.probe());
        abilities.addAll(programs.probe());
        abilities.addAll(system.visibility());
        return List.copyOf(abilities);
    }
}
