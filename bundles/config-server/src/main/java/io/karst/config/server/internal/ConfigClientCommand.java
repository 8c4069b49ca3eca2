// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code karst:config-client}. */
@Service
@Command(
        scope = "karst",
        name = "config-client",
        description = "Gives a client credentials of its own, takes them away, or lists the clients that have some.",
        detailedDescription = "classpath:help/config-client.txt")
public final class ConfigClientCommand extends ServerCommand {

    private static final String JSON = "--json";
    private static final String LIST = "list";
    private static final String ADD = "add";
    static final String REMOVE = "remove";

    static final Columns<String> CLIENTS =
            Columns.fields(List.of(Column.field("client", "name that the credentials were made for", name -> name)));

    /**
     * What was done.
     *
     * @param change as in the audit
     * @param client its name
     * @param files that were written
     */
    record Change(String change, String client, List<Path> files) {}

    static final Columns<Change> CHANGE = Columns.fields(List.of(
            Column.field("change", "CLIENT_ADDED or CLIENT_REMOVED", Change::change),
            Column.field("client", "name that the credentials are or were made for", Change::client),
            Column.field("files", "files for the host of the client; none if it was removed", Change::files)));

    @Argument(name = "action", description = "list, add NAME FOLDER, or remove NAME", required = true)
    @Completion(
            value = StringsCompleter.class,
            values = {LIST, ADD, REMOVE})
    private String action = "";

    @Argument(
            index = 1,
            name = "name folder",
            multiValued = true,
            description =
                    "Name of the client: letters, digits, '_' and '-'; for add, new folder for the files of its host")
    @Completion(ClientCompleter.class)
    private List<String> rest = new ArrayList<>();

    @Option(name = JSON, description = "Print one JSON document instead of lines")
    private boolean json;

    @Override
    void run(Services services, ConfigServer running) throws IOException, CommandException {
        Arguments typed = Arguments.of(rest, Set.of(JSON), Set.of());
        json |= typed.flags().contains(JSON);
        ClientCredentials credentials = running.credentials();
        switch (action) {
            case LIST -> {
                words(typed, 0, "no further argument");
                list(credentials.names());
            }
            case ADD -> {
                List<String> words = words(typed, 2, "a name and a folder");
                String name = words.get(0);
                List<Path> files = credentials.add(name, Path.of(words.get(1)));
                Audit.tell(services, "CLIENT_ADDED", Map.of("client", name));
                tell(
                        new Change("CLIENT_ADDED", name, files),
                        "Move these files to the client's host, and set them in its settings file io.karst.config.cfg:"
                                + " root, trust.anchor, client.certificate, token.file. Publish to this client alone"
                                + " with --predicate clientID=" + name);
            }
            case REMOVE -> {
                String name = words(typed, 1, "a name").get(0);
                credentials.remove(name);
                Audit.tell(services, "CLIENT_REMOVED", Map.of("client", name));
                tell(new Change("CLIENT_REMOVED", name, List.of()), "Removed. Its token is refused from now on.");
            }
            default -> throw new IllegalArgumentException("Unknown action '" + action + "'. Use list, add or remove");
        }
    }

    private void tell(Change change, String line) {
        if (json) {
            print(CHANGE.json(change));
        } else {
            change.files().forEach(file -> println("Written: " + file));
            println(line);
        }
    }

    private void list(List<String> names) {
        if (json) {
            print(CLIENTS.json(names));
        } else {
            names.forEach(this::println);
        }
    }

    private List<String> words(Arguments typed, int count, String needed) {
        if (typed.words().size() != count) {
            throw new IllegalArgumentException(action + " needs " + needed);
        }
        return typed.words();
    }
}
