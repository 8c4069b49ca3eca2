// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.remoteconfig.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigRequest.State;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;

/** {@code karst:config-clients}. */
@Service
@Command(
        scope = "karst",
        name = "config-clients",
        description = "Shows who asks for configuration, what they hold and what they made of it.")
public final class ConfigClientsCommand extends ServerCommand {

    @Option(name = "--json", description = "Print one JSON document instead of a table")
    private boolean json;

    @Option(name = "--no-format", description = "Print the table without lines and alignment, columns parted by tabs")
    private boolean noFormat;

    /** Called by Karaf, once per execution. */
    public ConfigClientsCommand() {}

    @Override
    void run(ConfigServer running, PrintStream out) {
        List<Clients.Seen> all = running.clients().all();
        if (json) {
            JsonArray document = new JsonArray();
            all.forEach(seen -> document.add(json(seen)));
            print(out, document);
            return;
        }
        ShellTable table = new ShellTable().emptyTableText("nobody has asked yet");
        for (String column : new String[] {"client", "kind", "seen", "root", "targets", "configurations", "error"}) {
            table.column(column);
        }
        for (Clients.Seen seen : all) {
            Optional<State> state = seen.client().state();
            table.addRow()
                    .addContent(
                            printable(seen.client().id()),
                            kind(seen.client()),
                            seen.at(),
                            state.map(State::rootVersion).orElse(0L),
                            state.map(State::targetsVersion).orElse(0L),
                            printable(state.map(ConfigClientsCommand::configs).orElse("")),
                            printable(state.map(State::error).orElse("")));
        }
        table.print(out, !noFormat);
    }

    private static String kind(Client client) {
        if (client.isAgent()) {
            return "agent";
        }
        return client.isTracer() ? "tracer" : "updater";
    }

    private static String configs(State state) {
        return state.configStates().stream()
                .map(config -> config.product() + "/" + config.id() + " v" + config.version() + " "
                        + config.applyState().name().toLowerCase(Locale.ROOT)
                        + (config.applyError().isEmpty() ? "" : " (" + config.applyError() + ")"))
                .collect(Collectors.joining("; "));
    }

    /** Clients write what they like, but not to the operator's terminal. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static JsonObject json(Clients.Seen seen) {
        JsonObject document = new JsonObject();
        document.addProperty("client", seen.client().id());
        document.addProperty("kind", kind(seen.client()));
        document.addProperty("seen", seen.at().toString());
        Optional<State> state = seen.client().state();
        document.addProperty("rootVersion", state.map(State::rootVersion).orElse(0L));
        document.addProperty("targetsVersion", state.map(State::targetsVersion).orElse(0L));
        document.addProperty("error", state.map(State::error).orElse(""));
        JsonArray configs = new JsonArray();
        state.map(State::configStates).orElse(List.of()).forEach(config -> {
            JsonObject one = new JsonObject();
            one.addProperty("product", config.product());
            one.addProperty("id", config.id());
            one.addProperty("version", config.version());
            one.addProperty("state", config.applyState().name().toLowerCase(Locale.ROOT));
            one.addProperty("reason", config.applyError());
            configs.add(one);
        });
        document.add("configurations", configs);
        return document;
    }
}
