// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-clients}. */
@Service
@Command(
        scope = "karst",
        name = "config-clients",
        description = "Lists the clients of the server, their configurations, and whether they applied them.")
public final class ConfigClientsCommand extends ViewCommand {

    private static final Columns<Report> CONFIGS = Columns.fields(List.of(
            Column.field("product", Report::product),
            Column.field("id", Report::id),
            Column.field("version", Report::version),
            Column.field("state", config -> config.applyState().name().toLowerCase(Locale.ROOT)),
            Column.field("reason", Report::applyError)));

    static final Columns<Clients.Seen> CLIENTS = new Columns<>(
            List.of(
                    Column.of("Client", "client", seen -> seen.client().id()),
                    Column.of("Kind", "kind", seen -> kind(seen.client())),
                    Column.of("Seen", "seen", Clients.Seen::at),
                    Column.<Clients.Seen>of(
                                    "Root", "rootVersion", seen -> state(seen).rootVersion())
                            .right(),
                    Column.<Clients.Seen>of(
                                    "Targets",
                                    "targetsVersion",
                                    seen -> state(seen).targetsVersion())
                            .right(),
                    Column.cell("Configurations", seen -> configs(state(seen))),
                    Column.of("Error", "error", seen -> state(seen).error()),
                    Column.field(
                            "configurations", seen -> CONFIGS.json(state(seen).configStates()))),
            "No client yet");

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        print(
                CLIENTS,
                services.require(
                        ConfigServer.class,
                        "config-server",
                        server -> server.clients().all()));
    }

    /** What it holds; a request without that is not answered, so its client is not listed. */
    private static State state(Clients.Seen seen) {
        return seen.client().state().orElseThrow();
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
                        + config.applyState().word()
                        + (config.applyError().isEmpty() ? "" : " (" + config.applyError() + ")"))
                .collect(Collectors.joining("; "));
    }
}
