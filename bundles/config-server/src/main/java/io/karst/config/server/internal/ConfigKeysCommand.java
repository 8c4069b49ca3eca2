// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code karst:config-keys}. Shows where secrets are, never what they are. */
@Service
@Command(
        scope = "karst",
        name = "config-keys",
        description = "Shows where keys and credentials are stored; rotate creates new signing keys.")
public final class ConfigKeysCommand extends ServerCommand {

    private record Keys(SignedRepository repository, ServerFiles files) {}

    private static final Columns<Keys> KEYS = Columns.fields(List.of(
            Column.field("rootVersion", keys -> keys.repository().rootVersion()),
            Column.field("targetsVersion", keys -> keys.repository().targetsVersion()),
            Column.field("expires", keys -> keys.repository().expires()),
            Column.field("organisation", keys -> keys.repository().organisation()),
            Column.field("rootFile", keys -> keys.files().root()),
            Column.field("rootKeyFile", keys -> keys.files().rootKey()),
            Column.field("certificateFile", keys -> keys.files().certificate()),
            Column.field("tokenFile", keys -> keys.files().token())));

    @Option(name = "--json", description = "Print one JSON document instead of lines")
    private boolean json;

    @Argument(name = "action", description = "rotate, or nothing")
    @Completion(
            value = StringsCompleter.class,
            values = {"rotate"})
    private String action = "";

    @Override
    void run(ConfigServer running) throws IOException {
        if (!action.isEmpty() && !action.equals("rotate")) {
            throw new IllegalArgumentException("Unknown action '" + action + "'. Use rotate, or nothing");
        }
        if (action.equals("rotate")) {
            running.store().rotate();
        }
        SignedRepository repository = running.store().current();
        ServerFiles files = running.files();
        if (json) {
            print(KEYS.json(new Keys(repository, files)));
            return;
        }
        if (action.equals("rotate")) {
            out().println("Rotated. Clients follow automatically.");
        }
        out().println("root         version " + repository.rootVersion() + ", first root for clients: " + files.root());
        out().println("targets      version " + repository.targetsVersion() + ", valid until " + repository.expires());
        out().println("organisation " + repository.organisation().orElse("none"));
        out().println("root key     " + files.rootKey() + " (only needed to rotate: keep it offline)");
        out().println("certificate  " + files.certificate());
        out().println("token        " + files.token());
    }
}
