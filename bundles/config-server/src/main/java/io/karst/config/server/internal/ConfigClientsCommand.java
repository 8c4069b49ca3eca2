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
import io.karst.remoteconfig.Label;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
                    "unacknowledged, acknowledged, error; unacknowledged, too, if the content is another than the"
                            + " server's",
                    config -> config.applyState().name().toLowerCase(Locale.ROOT)),
            Column.field("reason", "why it was not applied", Report::applyError)));

    /** Most characters of a cell: a client chose the text. */
    private static final int CELL_LENGTH = 200;

    private static final int PAGE = 1000;

    /**
     * A client as it is listed.
     *
     * @param gone whether it has stopped to ask
     */
    record Listed(Clients.Seen seen, boolean gone) {}

    static final Columns<Listed> CLIENTS = new Columns<>(
            List.of(
                    Column.<Listed>of(
                                    "Name",
                                    "name",
                                    "name of the client: its client.name, or that of its own credentials; empty if it has none",
                                    listed -> cell(client(listed).name()),
                                    listed -> client(listed).name())
                            .shortened(10),
                    Column.<Listed>of(
                                    "Client",
                                    "client",
                                    "id of the client",
                                    listed -> cell(client(listed).id()),
                                    listed -> client(listed).id())
                            .shortened(8),
                    Column.<Listed>of(
                                    "Labels",
                                    "labels",
                                    "its client.labels; tags of a tracer or an updater",
                                    listed -> cell(String.join(" ", labels(listed))),
                                    ConfigClientsCommand::labels)
                            .dropped(3),
                    Column.<Listed>of("Kind", "kind", "agent, tracer, updater", listed -> kind(client(listed)))
                            .dropped(6),
                    Column.<Listed>of(
                                    "Seen",
                                    "seen",
                                    "time of its last request",
                                    listed -> listed.seen().at().truncatedTo(ChronoUnit.SECONDS),
                                    listed -> listed.seen().at())
                            .dropped(2),
                    Column.<Listed>of(
                                    "Root",
                                    "rootVersion",
                                    "versions of the root and of the signed list that it trusts",
                                    listed -> state(listed).rootVersion())
                            .right()
                            .dropped(5),
                    Column.<Listed>of(
                                    "Targets",
                                    "targetsVersion",
                                    listed -> state(listed).targetsVersion())
                            .right()
                            .dropped(4),
                    Column.<Listed>cell(
                                    "Configurations",
                                    "what it holds, and whether it was applied",
                                    listed -> cell(configs(listed)))
                            .shortened(15),
                    Column.<Listed>of(
                                    "Error",
                                    "error",
                                    "why its last update failed; the table also shows ahead",
                                    listed -> cell(listed.seen()
                                            .ahead()
                                            .map(ahead ->
                                                    ahead + ". " + state(listed).error())
                                            .orElse(state(listed).error())),
                                    listed -> state(listed).error())
                            .shortened(10)
                            .dropped(1),
                    Column.field(
                            "ahead",
                            "what it holds that this server never signed, as after a restore from a backup; otherwise"
                                    + " null",
                            listed -> listed.seen().ahead()),
                    Column.field(
                            "configurations",
                            "what it holds",
                            listed -> CONFIGS.json(state(listed).configStates())),
                    Column.field(
                            "configurationsLeftOut",
                            "number of further ones that are not kept",
                            listed -> listed.seen().client().leftOut()),
                    Column.of(
                            "Gone",
                            "gone",
                            "whether it has not asked for client.active.seconds; it is forgotten after a day",
                            listed -> listed.gone() ? "yes" : "",
                            Listed::gone)),
            "No client yet");

    @Option(name = "--page", description = "Which 1000 clients to list, the most recently seen first: 1, 2 and so on.")
    private int page = 1;

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        if (page < 1) {
            throw new CommandException("--page must be 1 or more");
        }
        List<Listed> all = services.require(ConfigServer.class, "config-server", server -> listed(server));
        List<Listed> shown = all.stream().skip((page - 1L) * PAGE).limit(PAGE).toList();
        long ahead =
                all.stream().filter(listed -> listed.seen().ahead().isPresent()).count();
        if (ahead > 0) {
            remark(ahead + " of " + all.size()
                    + " clients hold something newer than this server: was it restored from a backup?");
        }
        print(CLIENTS, shown);
        if (all.size() > shown.size()) {
            remark(shown.size() + " of " + all.size() + " clients. --page lists others.");
        }
    }

    private static List<Listed> listed(ConfigServer server) {
        Instant since = server.activeSince();
        return server.clients().all().stream()
                .map(seen -> new Listed(seen, seen.at().isBefore(since)))
                .toList();
    }

    private static Client client(Listed listed) {
        return listed.seen().client().shown();
    }

    private static List<String> labels(Listed listed) {
        return client(listed).tags().stream().map(Label::shown).toList();
    }

    /** What it holds; a request without that is not answered, so its client is not listed. */
    private static State state(Listed listed) {
        return client(listed).state().orElseThrow();
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

    private static String configs(Listed listed) {
        String all = state(listed).configStates().stream()
                .map(config -> config.product() + "/" + config.id() + " v" + config.version() + " "
                        + config.applyState().word()
                        + (config.applyError().isEmpty() ? "" : " (" + config.applyError() + ")"))
                .collect(Collectors.joining("; "));
        int leftOut = listed.seen().client().leftOut();
        return leftOut == 0 ? all : all + "; and " + leftOut + " more";
    }
}
