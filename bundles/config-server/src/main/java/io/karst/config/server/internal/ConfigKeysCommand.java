// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import com.google.gson.JsonObject;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.io.PrintStream;
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
        description = "Shows where keys and credentials are; rotate makes new signing keys.")
public final class ConfigKeysCommand extends ServerCommand {

    @Option(name = "--json", description = "Print one JSON document instead of lines")
    private boolean json;

    @Argument(name = "action", description = "rotate, or nothing")
    @Completion(
            value = StringsCompleter.class,
            values = {"rotate"})
    private String action = "";

    /** Called by Karaf, once per execution. */
    public ConfigKeysCommand() {}

    @Override
    void run(ConfigServer running, PrintStream out) throws IOException {
        if (!action.isEmpty() && !action.equals("rotate")) {
            throw new IllegalArgumentException("action " + action + " is not known; known: rotate");
        }
        if (action.equals("rotate")) {
            running.store().rotate();
        }
        SignedRepository repository = running.store().current();
        ServerFiles files = running.files();
        if (json) {
            print(out, json(repository, files));
            return;
        }
        if (action.equals("rotate")) {
            out.println("rotated; clients follow by themselves");
        }
        out.println("root         version " + repository.rootVersion() + ", first one for clients: " + files.root());
        out.println("targets      version " + repository.targetsVersion() + ", signed until " + repository.expires());
        out.println("organisation " + repository.organisation().orElse("none"));
        out.println("root key     " + files.rootKey() + " (needed to rotate only: keep it offline)");
        out.println("certificate  " + files.certificate());
        out.println("token        " + files.token());
    }

    private static JsonObject json(SignedRepository repository, ServerFiles files) {
        JsonObject document = new JsonObject();
        document.addProperty("rootVersion", repository.rootVersion());
        document.addProperty("targetsVersion", repository.targetsVersion());
        document.addProperty("expires", repository.expires().toString());
        document.addProperty("organisation", repository.organisation().orElse(null));
        document.addProperty("rootFile", files.root().toString());
        document.addProperty("rootKeyFile", files.rootKey().toString());
        document.addProperty("certificateFile", files.certificate().toString());
        document.addProperty("tokenFile", files.token().toString());
        return document;
    }
}
