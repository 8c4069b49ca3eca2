// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.ConfigPath;
import java.util.List;
import java.util.TreeSet;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Completes products: Karst's own, and those of what was ever published. */
@Service
public final class ProductCompleter implements Completer {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before use
    private BundleContext context;

    /** Called by Karaf. */
    public ProductCompleter() {}

    @Override
    public int complete(Session session, CommandLine commandLine, List<String> candidates) {
        TreeSet<String> products = new TreeSet<>(List.of("KARST_CONTENTION", "KARST_CONFIGADMIN"));
        ServerCommand.published(context).map(ConfigPath::product).forEach(products::add);
        return new StringsCompleter(products).complete(session, commandLine, candidates);
    }
}
