// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import io.karst.commands.Services;
import io.karst.component.SafeText;
import io.karst.symbol.KernelSymbol;
import io.karst.symbol.KernelSymbols;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes the symbols that Karst itself looked up. The kernel has 100,000 more, too many to list. */
@Service
public final class SymbolCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        List<String> names = new Services(context)
                .ifPresent(KernelSymbols.class, KernelSymbols::resolved).orElse(List.of()).stream()
                        .map(KernelSymbol::name)
                        .filter(SafeText::isSafe)
                        .distinct()
                        .toList();
        return new StringsCompleter(names).complete(session, commandLine, candidates);
    }
}
