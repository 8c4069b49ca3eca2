// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.remoteconfig.server.PublishedConfig;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config-list}. */
@Service
@Command(
        scope = "karst",
        name = "config-list",
        description = "Lists what is published, who published it, and how many active clients applied or refused it.",
        detailedDescription = "classpath:help/config-list.txt")
public final class ConfigListCommand extends ViewCommand {

    /** What is offered, and what the active clients make of it. */
    record Offered(PublishedConfig config, Rollout rollout) {}

    static final Columns<Offered> OFFERED = new Columns<>(
            List.of(
                    Column.<Offered>of(
                                    "Product",
                                    "product",
                                    "product whose listener applies it",
                                    offered -> offered.config().path().product())
                            .shortened(12),
                    Column.<Offered>of(
                                    "Id",
                                    "id",
                                    "id among the configurations of a product",
                                    offered -> offered.config().path().id())
                            .shortened(8),
                    Column.<Offered>of(
                                    "Version",
                                    "version",
                                    "version of its content",
                                    offered -> offered.config().version())
                            .right()
                            .dropped(2),
                    Column.<Offered>of(
                                    "By",
                                    "publishedBy",
                                    "user who published this version; empty if an earlier release of Karst did",
                                    offered -> offered.config().author().name())
                            .shortened(6)
                            .dropped(3),
                    Column.<Offered>of(
                                    "Published",
                                    "publishedAt",
                                    "when this version was published; null if an earlier release of Karst did",
                                    offered -> offered.config().author().at())
                            .dropped(4),
                    Column.<Offered>of(
                                    "Expires",
                                    "expires",
                                    "when it stops to be offered; null for never",
                                    offered -> offered.config().expires())
                            .dropped(6),
                    Column.<Offered>of(
                                    "For",
                                    "predicates",
                                    "clients that it is for, any of them; none: all clients",
                                    offered -> recipients(offered.config()),
                                    offered -> offered.config().predicates().stream()
                                            .map(ConfigPublishCommand::text)
                                            .toList())
                            .dropped(5),
                    Column.<Offered>of(
                                    "Applied",
                                    "applied",
                                    "number of active clients that applied it, refused it, and have not answered",
                                    offered -> offered.rollout().applied())
                            .right(),
                    Column.<Offered>of(
                                    "Refused",
                                    "refused",
                                    offered -> offered.rollout().refused())
                            .right(),
                    Column.<Offered>of(
                                    "Pending",
                                    "pending",
                                    offered -> offered.rollout().pending())
                            .right()
                            .dropped(1),
                    Column.field(
                            "sha256",
                            "SHA-256 of its content",
                            offered -> offered.config().sha256()),
                    Column.field(
                            "bytes",
                            "size, bytes",
                            offered -> offered.config().content().size())),
            "Nothing is published. karst:config-publish publishes a file");

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        ServerCommand.onServer(services, server -> {
            List<Clients.Seen> active = server.clients().since(server.activeSince());
            List<Offered> offered = server.store().current().configs().values().stream()
                    .map(config -> new Offered(config, Rollout.published(config, active)))
                    .toList();
            print(OFFERED, offered);
        });
    }

    static String recipients(PublishedConfig config) {
        return config.predicates().isEmpty()
                ? "all"
                : config.predicates().stream().map(ConfigPublishCommand::text).collect(Collectors.joining(" or "));
    }
}
