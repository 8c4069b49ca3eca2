// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import java.io.IOException;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** {@code karst:config-remove}. */
@Service
@Command(
        scope = "karst",
        name = "config-remove",
        description = "Takes a configuration back; clients go back to what they had without it.")
public final class ConfigRemoveCommand implements Action {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Argument(name = "product", description = "Product, such as KARST_CONTENTION", required = true)
    private String product = "";

    @Argument(index = 1, name = "id", description = "Configuration id", required = true)
    private String id = "";

    /** Called by Karaf, once per execution. */
    public ConfigRemoveCommand() {}

    @Override
    public @Nullable Object execute() throws IOException {
        server.store().remove(Paths.of(product, id));
        session.getConsole()
                .println("removed; targets version " + server.store().current().targetsVersion());
        return null;
    }
}
