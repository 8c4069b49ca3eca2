// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.commands.ViewCommand;
import io.karst.component.SafeText;
import io.karst.config.ApplyOutcome.AppliedConfig;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;

/** {@code karst:config}. */
@Service
@Command(
        scope = "karst",
        name = "config",
        description =
                "Shows the remote configuration in force: its server, the last update, and whether listeners applied"
                        + " it.",
        detailedDescription = "classpath:help/config.txt")
public final class ConfigCommand extends ViewCommand {

    private static final int SHORT_DIGEST = 12;

    static final Columns<AppliedConfig> CONFIGS = new Columns<>(
            List.of(
                    Column.<AppliedConfig>of(
                                    "Product",
                                    "product",
                                    "product whose listener applies it",
                                    applied -> applied.config().product())
                            .shortened(12),
                    Column.<AppliedConfig>of(
                                    "Id",
                                    "id",
                                    "id among the configurations of a product",
                                    applied -> applied.config().id())
                            .shortened(8),
                    Column.field(
                            "path",
                            "path in the signed list",
                            applied -> applied.config().path()),
                    Column.of(
                                    "Version",
                                    "version",
                                    "version of its content",
                                    (AppliedConfig applied) -> applied.config().version())
                            .right(),
                    Column.<AppliedConfig>of(
                                    "SHA-256",
                                    "sha256",
                                    "SHA-256 of its content; the table shows the first 12 digits",
                                    applied -> applied.config().sha256().substring(0, SHORT_DIGEST),
                                    applied -> applied.config().sha256())
                            .dropped(3),
                    Column.of(
                                    "Bytes",
                                    "bytes",
                                    "size, bytes",
                                    (AppliedConfig applied) -> applied.config().size())
                            .right()
                            .dropped(2),
                    Column.of(
                            "State",
                            "state",
                            "unacknowledged, acknowledged, error",
                            applied -> applied.state().word(),
                            applied -> applied.state().name().toLowerCase(Locale.ROOT)),
                    Column.<AppliedConfig>of("Reason", "reason", "why it was not applied", AppliedConfig::reason)
                            .shortened(20)
                            .dropped(1)),
            "No configuration in force");

    static final Columns<ConfigReport> REPORT = Columns.fields(List.of(
            Column.field("state", "a state of remote configuration, and when it began", ConfigReport::state),
            Column.field("since", ConfigReport::since),
            Column.field("server", "server, and id of this client", ConfigReport::source),
            Column.field("client", ConfigReport::clientId),
            Column.field(
                    "rootVersion", "versions of the trusted root and of the signed list", ConfigReport::rootVersion),
            Column.field("targetsVersion", ConfigReport::targetsVersion),
            Column.field(
                    "expires",
                    "when the signatures expire; time of the last verified answer; why the last attempt failed",
                    ConfigReport::expires),
            Column.field("lastSuccess", ConfigReport::lastSuccess),
            Column.field("lastError", ConfigReport::lastError),
            Column.field(
                    "storage",
                    "where the last good configuration is stored, or why it is not stored",
                    ConfigReport::storage),
            Column.field("configurations", "what is in force", report -> CONFIGS.json(report.configs()))));

    /**
     * Reasons that the table shortens or leaves out.
     *
     * @param table lines that are shown
     */
    static List<String> reasons(List<AppliedConfig> configs, List<String> table) {
        return configs.stream()
                .filter(applied -> table.stream().noneMatch(line -> line.contains(SafeText.of(applied.reason()))))
                .map(applied ->
                        applied.config().product() + "/" + applied.config().id() + ": " + applied.reason())
                .toList();
    }

    @Override
    protected void run(Services services) throws CommandException, InterruptedException {
        ConfigReport report = services.require(ConfigUpdates.class, "config-poller", ConfigUpdates::report);
        if (json) {
            print(REPORT.json(report));
            return;
        }
        remark("State " + report.state() + " since " + report.since());
        remark("Server " + report.source() + ", client id " + report.clientId());
        remark("Root version " + report.rootVersion() + ", targets version " + report.targetsVersion()
                + report.expires().map(end -> ", valid until " + end).orElse(""));
        remark("Last update: " + report.lastSuccess().map(Instant::toString).orElse("never"));
        report.lastError().ifPresent(error -> remark("Last error: " + error));
        remark("Stored: " + report.storage());
        print(CONFIGS, report.configs());
        reasons(report.configs(), CONFIGS.lines(report.configs(), width())).forEach(this::remark);
    }
}
