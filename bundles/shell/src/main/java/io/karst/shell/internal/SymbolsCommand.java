// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.component.Units;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import io.karst.symbol.SymbolStatus;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:symbols}. */
@Service
@Command(
        scope = "karst",
        name = "symbols",
        description = "Looks up kernel symbols by name or by address.",
        detailedDescription = "classpath:help/symbols.txt")
public final class SymbolsCommand extends ViewCommand {
    static final Columns<KernelSymbol> COLUMNS = new Columns<KernelSymbol>(
            List.of(
                    Column.<KernelSymbol>of(
                                    "Symbol",
                                    "name",
                                    "symbol; the argument if it was not found",
                                    SymbolsCommand::place,
                                    KernelSymbol::name)
                            .shortened(16),
                    Column.<KernelSymbol>of(
                                    "Address", "address", "its address; null unless found", SymbolsCommand::address)
                            .right(),
                    Column.field(
                            "offset",
                            "bytes from the start of the symbol to the given address; 0 for names",
                            KernelSymbol::offset),
                    Column.<KernelSymbol>of(
                                    "Module",
                                    "module",
                                    "kernel module; empty for the kernel itself",
                                    KernelSymbol::module)
                            .shortened(8)
                            .dropped(2),
                    Column.<KernelSymbol>of(
                                    "Status",
                                    "status",
                                    "FOUND; NOT_FOUND: every source that would list it was read; NOT_AVAILABLE: this"
                                            + " host has no source for it",
                                    symbol -> Units.words(symbol.status()),
                                    KernelSymbol::status)
                            .dropped(1),
                    Column.<KernelSymbol>of(
                                    "Source",
                                    "source",
                                    "source of the result, such as iter/ksym; empty unless found",
                                    KernelSymbol::source)
                            .dropped(3)),
            "No symbol was looked up");

    @Argument(
            name = "NAME...|ADDRESS...",
            description = "Symbol names, or addresses such as 0xffffffff81000000; both may be mixed. Without any: the"
                    + " symbols that Karst itself looked up.",
            multiValued = true)
    @Completion(SymbolCompleter.class)
    List<String> wanted = List.of();

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        SymbolQuery query = SymbolQuery.of(words(wanted));
        print(COLUMNS, services.require(KernelSymbols.class, "kernel-symbols", query::answer));
    }

    private static String place(KernelSymbol symbol) {
        return symbol.offset() == 0 ? symbol.name() : symbol.name() + "+" + Units.hex(symbol.offset());
    }

    private static Optional<String> address(KernelSymbol symbol) {
        return symbol.status() == SymbolStatus.FOUND ? Optional.of(Units.hex(symbol.address())) : Optional.empty();
    }
}
