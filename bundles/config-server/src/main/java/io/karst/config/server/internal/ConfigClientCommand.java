// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code karst:config-client}. */
@Service
@Command(
        scope = "karst",
        name = "config-client",
        description = "Gives a client credentials of its own, takes them away, or lists the clients that have some.")
public final class ConfigClientCommand extends ServerCommand {

    private static final String LIST = "list";
    private static final String ADD = "add";
    private static final String REMOVE = "remove";

    private static final Columns<String> CLIENTS = Columns.fields(List.of(Column.field("client", name -> name)));

    @Argument(name = "action", description = "list, add NAME FOLDER, or remove NAME", required = true)
    @Completion(
            value = StringsCompleter.class,
            values = {LIST, ADD, REMOVE})
    private String action = "";

    @Argument(index = 1, name = "name", description = "Name of the client: letters, digits, '_' and '-'")
    private String name = "";

    @Argument(index = 2, name = "folder", description = "New folder for the files that go to the client's host")
    @Completion(FileCompleter.class)
    private String folder = "";

    @Option(name = "--json", description = "Print one JSON document instead of lines")
    private boolean json;

    @Override
    void run(ConfigServer running) throws IOException {
        ClientCredentials credentials = running.credentials();
        switch (action) {
            case LIST -> {
                if (json) {
                    print(CLIENTS.json(credentials.names()));
                } else {
                    credentials.names().forEach(out()::println);
                }
            }
            case ADD -> {
                require(name, "a name");
                require(folder, "a folder");
                credentials.add(name, Path.of(folder)).forEach(file -> out().println("Written: " + file));
                out().println(
                                "Move these files to the client's host, and set them in its etc/io.karst.config.cfg: root, trust.anchor,"
                                        + " client.certificate, token.file. Publish to this client alone with --predicate clientID="
                                        + name);
            }
            case REMOVE -> {
                require(name, "a name");
                credentials.remove(name);
                out().println("removed; its token is refused from now on");
            }
            default -> throw new IllegalArgumentException("Unknown action '" + action + "'. Use list, add or remove");
        }
    }

    private void require(String value, String what) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(action + " needs " + what);
        }
    }
}
