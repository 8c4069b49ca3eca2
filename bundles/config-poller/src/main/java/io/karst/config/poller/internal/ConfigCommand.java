// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.config.AppliedConfig;
import io.karst.config.ConfigReport;
import io.karst.config.ConfigUpdates;
import java.io.PrintStream;
import java.util.Locale;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** {@code karst:config}. */
@Service
@Command(
        scope = "karst",
        name = "config",
        description =
                "Shows the remote configuration in force: from where, how current, and what listeners made of it.")
public final class ConfigCommand implements Action {

    private static final int SHORT_DIGEST = 12;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigUpdates updates;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Option(name = "--json", description = "Print one JSON document instead of a table")
    private boolean json;

    @Option(name = "--no-format", description = "Rows only, without frame and remarks")
    private boolean noFormat;

    /** Called by Karaf, once per execution. */
    public ConfigCommand() {}

    @Override
    public @Nullable Object execute() {
        Process process = Process.Utils.current();
        PrintStream out = process == null ? session.getConsole() : process.out(); // it may stand in a pipe
        ConfigReport report = updates.report();
        if (json) {
            out.println(CommandJson.of(report));
            return null; // a returned object would not be printed over ssh
        }
        if (!noFormat) {
            summary(report, out);
        }
        ShellTable table = new ShellTable().emptyTableText("no configuration in force");
        for (String column : new String[] {"product", "id", "version", "sha256", "bytes", "state", "reason"}) {
            table.column(column);
        }
        for (AppliedConfig applied : report.configs()) {
            table.addRow()
                    .addContent(
                            applied.config().product(),
                            applied.config().id(),
                            applied.config().version(),
                            applied.config().sha256().substring(0, SHORT_DIGEST),
                            applied.config().size(),
                            applied.state().name().toLowerCase(Locale.ROOT),
                            applied.reason().replaceAll("\\p{Cntrl}", " "));
        }
        table.print(out, !noFormat);
        return null; // a returned object would not be printed over ssh
    }

    private static void summary(ConfigReport report, PrintStream out) {
        out.println("state     " + report.state() + " since " + report.since());
        out.println("server    " + report.source() + ", we are " + report.clientId());
        out.println("versions  root " + report.rootVersion() + ", targets " + report.targetsVersion()
                + report.expires().map(end -> ", expire " + end).orElse(""));
        out.println("checked   " + report.lastSuccess().map(Object::toString).orElse("never yet"));
        report.lastError().ifPresent(error -> out.println("error     " + error));
        out.println("stored    " + report.storage());
    }
}
