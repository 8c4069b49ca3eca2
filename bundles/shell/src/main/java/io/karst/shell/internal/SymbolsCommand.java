// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.util.List;
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
        description = "Looks kernel symbols up: addresses of names, and the symbols that addresses lie in.")
public final class SymbolsCommand extends KarstCommand {

    @Argument(
            name = "NAME...|ADDRESS...",
            description = "Symbol names, or addresses such as 0xffffffff81000000; both may be mixed. Without any: the"
                    + " symbols that Karst itself looked up.",
            multiValued = true)
    @Completion(SymbolCompleter.class)
    List<String> wanted = List.of();

    /** Called by Karaf, once per execution. */
    public SymbolsCommand() {}

    @Override
    void run(Services services) throws CommandException, InterruptedException {
        SymbolQuery query = SymbolQuery.of(words(wanted));
        List<KernelSymbol> symbols = services.require(KernelSymbols.class, "kernel-symbols", query::answer);
        if (json) {
            print(SymbolsView.json(symbols));
        } else {
            print(SymbolsView.table(symbols));
        }
    }
}
