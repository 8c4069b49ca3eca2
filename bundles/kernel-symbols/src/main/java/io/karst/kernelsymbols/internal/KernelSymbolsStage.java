// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.asset.AssetException;
import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.component.SafeText;
import io.karst.resource.ResourceInventory;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks up kernel symbols; at start those that the inventory names. */
public final class KernelSymbolsStage implements KernelSymbols, AbilityProbe, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelSymbolsStage.class);

    private final SymbolLookup lookup;
    private final List<KernelSymbol> resolved;
    private final List<Ability> abilities;

    KernelSymbolsStage(ResourceInventory inventory, CoreAssetLoader loader, Bpf bpf) {
        this(inventory, loader, bpf, Path.of("/proc/kallsyms"), Path.of("/sys/kernel/btf/vmlinux"));
    }

    KernelSymbolsStage(ResourceInventory inventory, CoreAssetLoader loader, Bpf bpf, Path kallsyms, Path kernelBtf) {
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

    /** Closes the kernel program. */
    @Override
    public void close() {
        lookup.close();
    }

    /** The source of symbols, and the ability that {@code karst:doctor} shows for it. */
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
                        SafeText.of(e.getMessage()),
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
