// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.io.PrintStream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** {@code karst:config-keys}. */
@Service
@Command(
        scope = "karst",
        name = "config-keys",
        description = "Shows where keys and credentials are; rotate makes new signing keys.")
public final class ConfigKeysCommand implements Action {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Argument(name = "action", description = "rotate, or nothing")
    private String action = "";

    /** Called by Karaf, once per execution. */
    public ConfigKeysCommand() {}

    @Override
    public @Nullable Object execute() throws IOException {
        PrintStream out = session.getConsole();
        if (action.equals("rotate")) {
            server.store().rotate();
            out.println("rotated; clients follow by themselves");
        } else if (!action.isEmpty()) {
            throw new IllegalArgumentException("action " + action + " is not known; known: rotate");
        }
        SignedRepository repository = server.store().current();
        out.println("root         version " + repository.rootVersion() + ", first one for clients: "
                + server.files().root());
        out.println("targets      version " + repository.targetsVersion() + ", signed until " + repository.expires());
        out.println("organisation " + repository.organisation().orElse("none"));
        out.println("root key     " + server.files().rootKey() + " (needed to rotate only: keep it offline)");
        out.println("certificate  " + server.files().certificate());
        out.println("token        " + server.files().token());
        return null;
    }
}
