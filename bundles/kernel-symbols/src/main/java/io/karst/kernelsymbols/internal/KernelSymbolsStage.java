// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.asset.AssetException;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.component.DroppedInstances;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Stage;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stage 2. Ready when the symbols that the inventory names are looked up. */
@Component(
        name = "io.karst.kernel-symbols",
        immediate = true, // a stage does its work at start
        service = {KernelSymbols.class, Stage.class, AbilityProbe.class},
        property = {Stage.NAME + "=kernel-symbols", Stage.ORDER + ":Integer=2"})
public final class KernelSymbolsStage implements KernelSymbols, Stage, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelSymbolsStage.class);

    private final SymbolLookup lookup;
    private final List<KernelSymbol> resolved;
    private final List<Ability> abilities;
    private final Instant readySince;
    private final Duration startupDuration;
    private Runnable forget = () -> {};

    /**
     * Called by the service component runtime; looks the inventory's symbols up.
     *
     * @param context of this bundle
     * @param inventory names the symbols
     * @param loader loads the kernel program
     * @param bpf the kernel's BPF
     */
    @Activate
    public KernelSymbolsStage(
            BundleContext context,
            @Reference(name = "resourceInventory") ResourceInventory inventory,
            @Reference(name = "coreAssetLoader") CoreAssetLoader loader,
            @Reference(name = "bpf") Bpf bpf) {
        this(
                DroppedInstances.closeBefore(context, KernelSymbolsStage.class, inventory),
                loader,
                bpf,
                Path.of("/proc/kallsyms"),
                Path.of("/sys/kernel/btf/vmlinux"));
        forget = DroppedInstances.keep(context, KernelSymbolsStage.class, this::close);
    }

    KernelSymbolsStage(ResourceInventory inventory, CoreAssetLoader loader, Bpf bpf, Path kallsyms, Path kernelBtf) {
        InstantSource clock = InstantSource.system();
        Instant started = clock.instant();
        Chosen chosen = Chosen.of(loader, bpf, new KallsymsFile(kallsyms));
        boolean complete = false;
        try {
            boolean data = chosen.source()
                    .filter(source ->
                            !source.byName(Set.of(Absence.DATA_WITNESS)).isEmpty())
                    .isPresent();
            lookup = new SymbolLookup(chosen.source(), new Absence(data, kernelBtf));
            resolved = lookup.byAnyName(inventory.current().symbols());
            abilities = List.of(chosen.ability());
            complete = true;
        } finally {
            if (!complete) {
                chosen.source().ifPresent(SymbolSource::close);
            }
        }
        readySince = clock.instant();
        startupDuration = Duration.between(started, readySince);
        LOG.info("source={} symbols={} ready", chosen.ability().evidence(), resolved.size());
    }

    @Override
    public List<KernelSymbol> byName(Collection<String> names) {
        return lookup.byName(names);
    }

    @Override
    public List<KernelSymbol> byAddress(Collection<Long> addresses) {
        return lookup.byAddress(addresses);
    }

    @Override
    public List<KernelSymbol> resolved() {
        return resolved;
    }

    @Override
    public List<Ability> probe() {
        return abilities;
    }

    @Override
    public Instant readySince() {
        return readySince;
    }

    @Override
    public Duration startupDuration() {
        return startupDuration;
    }

    /** Closes the kernel program. */
    @Deactivate
    @Override
    public void close() {
        forget.run();
        lookup.close();
    }

    /** The source to use, and what the operator is told about it. */
    private record Chosen(Optional<SymbolSource> source, Ability ability) {
        private static final String ABILITY = "symbol source";
        private static final String EFFECT = "no symbol can be looked up";
        private static final String REMEDY = "use a kernel of 6.0 or later, or set kernel.kptr_restrict to 0 or 1";

        static Chosen of(CoreAssetLoader loader, Bpf bpf, KallsymsFile file) {
            try {
                SymbolSource iterator = KsymIterator.load(loader, bpf);
                return new Chosen(Optional.of(iterator), new Ability(ABILITY, true, iterator.name(), "", ""));
            } catch (AssetException e) {
                Optional<String> fault = file.fault();
                LOG.warn(
                        "asset=kernel_symbols failed ({}), file={} fault={}",
                        e.getMessage(),
                        file.name(),
                        fault.orElse("none: it is used instead"));
                String evidence = e.getMessage() + "; " + fault.orElse(file.name() + " is read instead");
                return fault.isEmpty()
                        ? new Chosen(Optional.of(file), new Ability(ABILITY, true, evidence, "", ""))
                        : new Chosen(Optional.empty(), new Ability(ABILITY, false, evidence, EFFECT, REMEDY));
            }
        }
    }
}
