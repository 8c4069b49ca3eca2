// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.shell.internal;

import com.google.gson.JsonElement;
import java.io.PrintStream;
import java.util.List;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** What all commands share: where to print, and whether as a table or as JSON. Karaf makes one object per execution. */
abstract class KarstCommand implements Action {

    @Option(
            name = "--json",
            description = "Print one JSON document instead of a table. docs/commands.md names the fields.")
    boolean json;

    @Option(name = "--no-format", description = "Print the table without lines and alignment, columns parted by tabs.")
    boolean noFormat;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private BundleContext context;

    @Override
    public final @Nullable Object execute() throws CommandException, InterruptedException {
        run(new Services(context));
        return null; // a returned object would not be printed over ssh
    }

    /**
     * Does the command's work.
     *
     * @param services what there is to read
     * @throws CommandException if an argument is wrong or a service is missing; the message is one line
     * @throws InterruptedException if the operator stopped the command
     */
    abstract void run(Services services) throws CommandException, InterruptedException;

    /**
     * Where to print: the pipe that this command writes to, if it stands in one, otherwise the session's console.
     *
     * @return not to be closed
     */
    final PrintStream out() {
        Process process = Process.Utils.current();
        return process == null ? session.getConsole() : process.out();
    }

    /**
     * Whether a person looks at the output as it is written.
     *
     * @return false in a pipe, over ssh without a terminal, and in a script
     */
    final boolean isTerminal() {
        Process process = Process.Utils.current();
        return session.getTerminal() != null
                && session.getTerminal().isAnsiSupported()
                && process != null
                && process.isTty(1);
    }

    /** Takes options out of the arguments and obeys them; gives the other words. */
    final List<String> words(List<String> arguments) throws CommandException {
        Typed typed = Typed.of(arguments);
        json |= typed.json();
        noFormat |= typed.noFormat();
        return typed.words();
    }

    final void print(JsonElement document) {
        out().println(Json.write(document));
        out().flush();
    }

    final void print(ShellTable table) {
        table.print(out(), !noFormat);
    }

    /** Prints a remark under a table; not with {@code --no-format}, where every line is a row. */
    final void remark(String line) {
        if (!noFormat) {
            out().println(line);
        }
    }
}
