// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Client;
import io.karst.remoteconfig.ClientState;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** {@code karst:config-clients}. */
@Service
@Command(
        scope = "karst",
        name = "config-clients",
        description = "Shows who asks for configuration, what they hold and what they made of it.")
public final class ConfigClientsCommand implements Action {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    /** Called by Karaf, once per execution. */
    public ConfigClientsCommand() {}

    @Override
    public @Nullable Object execute() {
        ShellTable table = new ShellTable().emptyTableText("nobody has asked yet");
        for (String column : new String[] {"client", "kind", "seen", "root", "targets", "configurations", "error"}) {
            table.column(column);
        }
        for (Clients.Seen seen : server.clients().all()) {
            Client client = seen.client();
            Optional<ClientState> state = client.state();
            table.addRow()
                    .addContent(
                            client.id(),
                            client.isAgent() ? "agent" : client.isTracer() ? "tracer" : "updater",
                            seen.at(),
                            state.map(ClientState::rootVersion).orElse(0L),
                            state.map(ClientState::targetsVersion).orElse(0L),
                            state.map(ConfigClientsCommand::configs).orElse(""),
                            state.map(ClientState::error).orElse(""));
        }
        table.print(session.getConsole());
        return null;
    }

    private static String configs(ClientState state) {
        return state.configStates().stream()
                .map(config -> config.product() + "/" + config.id() + " v" + config.version() + " "
                        + config.applyState().name().toLowerCase(Locale.ROOT)
                        + (config.applyError().isEmpty() ? "" : " (" + config.applyError() + ")"))
                .collect(Collectors.joining("; "));
    }
}
