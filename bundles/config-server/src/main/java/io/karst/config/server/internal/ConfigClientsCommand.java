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
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-clients}. */
@Service
@Command(
        scope = "karst",
        name = "config-clients",
        description = "Lists the clients of the server, their configurations, and whether they applied them.",
        detailedDescription = "classpath:help/config-clients.txt")
public final class ConfigClientsCommand extends ViewCommand {

    static final Columns<Report> CONFIGS = Columns.fields(List.of(
            Column.field("product", "product whose listener applies it", Report::product),
            Column.field("id", "id among the configurations of a product", Report::id),
            Column.field("version", "version of its content", Report::version),
            Column.field(
                    "state",
                    "unacknowledged, acknowledged, error; unacknowledged, too, if the content is another than the server's",
                    config -> config.applyState().name().toLowerCase(Locale.ROOT)),
            Column.field("reason", "why it was not applied", Report::applyError)));

    /** Most characters of a cell: a client chose the text. */
    private static final int CELL_LENGTH = 200;

    private static final int PAGE = 1000;

    static final Columns<Clients.Seen> CLIENTS = new Columns<>(
            List.of(
                    Column.of(
                            "Client",
                            "client",
                            "id of the client",
                            seen -> cell(seen.client().shown().id()),
                            seen -> seen.client().shown().id()),
                    Column.of(
                            "Kind",
                            "kind",
                            "agent, tracer, updater",
                            seen -> kind(seen.client().shown())),
                    Column.of("Seen", "seen", "time of its last request", Clients.Seen::at),
                    Column.<Clients.Seen>of(
                                    "Root",
                                    "rootVersion",
                                    "versions of the root and of the signed list that it trusts",
                                    seen -> state(seen).rootVersion())
                            .right(),
                    Column.<Clients.Seen>of(
                                    "Targets",
                                    "targetsVersion",
                                    seen -> state(seen).targetsVersion())
                            .right(),
                    Column.cell(
                            "Configurations", "what it holds, and whether it was applied", seen -> cell(configs(seen))),
                    Column.of(
                            "Error",
                            "error",
                            "why its last update failed; the table also shows ahead",
                            seen -> cell(seen.ahead()
                                    .map(ahead -> ahead + ". " + state(seen).error())
                                    .orElse(state(seen).error())),
                            seen -> state(seen).error()),
                    Column.field(
                            "ahead",
                            "what it holds that this server never signed, as after a restore from a backup; otherwise null",
                            Clients.Seen::ahead),
                    Column.field(
                            "configurations",
                            "what it holds",
                            seen -> CONFIGS.json(state(seen).configStates())),
                    Column.field(
                            "configurationsLeftOut",
                            "number of further ones that are not kept",
                            seen -> seen.client().leftOut())),
            "No client yet");

    @Option(name = "--page", description = "Which 1000 clients to list, the most recently seen first: 1, 2 and so on.")
    private int page = 1;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        if (page < 1) {
            throw new CommandException("--page must be 1 or more");
        }
        List<Clients.Seen> all = services.require(
                ConfigServer.class, "config-server", server -> server.clients().all());
        List<Clients.Seen> shown =
                all.stream().skip((page - 1L) * PAGE).limit(PAGE).toList();
        long ahead = all.stream().filter(seen -> seen.ahead().isPresent()).count();
        if (ahead > 0) {
            remark(ahead + " of " + all.size()
                    + " clients hold something newer than this server: was it restored from a backup?");
        }
        print(CLIENTS, shown);
        if (all.size() > shown.size()) {
            remark(shown.size() + " of " + all.size() + " clients. --page lists others.");
        }
    }

    /** What it holds; a request without that is not answered, so its client is not listed. */
    private static State state(Clients.Seen seen) {
        return seen.client().shown().state().orElseThrow();
    }

    private static String cell(String text) {
        return text.length() > CELL_LENGTH ? text.substring(0, CELL_LENGTH - 1) + "\u2026" : text;
    }

    private static String kind(Client client) {
        if (client.isAgent()) {
            return "agent";
        }
        return client.isTracer() ? "tracer" : "updater";
    }

    private static String configs(Clients.Seen seen) {
        String listed = state(seen).configStates().stream()
                .map(config -> config.product() + "/" + config.id() + " v" + config.version() + " "
                        + config.applyState().word()
                        + (config.applyError().isEmpty() ? "" : " (" + config.applyError() + ")"))
                .collect(Collectors.joining("; "));
        int leftOut = seen.client().leftOut();
        return leftOut == 0 ? listed : listed + "; and " + leftOut + " more";
    }
}
