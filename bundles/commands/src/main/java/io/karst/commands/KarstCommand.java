// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import com.google.gson.JsonElement;
import java.io.PrintStream;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** Base class of all commands: gives access to services and to the output. Karaf makes one object per execution. */
public abstract class KarstCommand implements Action {

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
     * @throws CommandException if an argument is wrong or a service is missing; the message is one line
     * @throws InterruptedException if the operator stopped the command
     */
    protected abstract void run(Services services) throws CommandException, InterruptedException;

    /** Where to print: the pipe that this command writes to, otherwise the session's console. Not to be closed. */
    protected final PrintStream out() {
        Process process = Process.Utils.current();
        return process == null ? session.getConsole() : process.out();
    }

    /** Whether the output goes straight to a terminal: not into a pipe, over ssh without a terminal, or to a script. */
    protected final boolean isTerminal() {
        Process process = Process.Utils.current();
        return session.getTerminal() != null
                && session.getTerminal().isAnsiSupported()
                && process != null
                && process.isTty(1);
    }

    /** Width of the terminal in characters; 0 if the output goes elsewhere, or its width is not known. */
    protected final int width() {
        return isTerminal() ? Math.max(0, session.getTerminal().getWidth()) : 0;
    }

    /** Whether to use colours: on a terminal, unless the environment has {@code NO_COLOR} (no-color.org). */
    protected final boolean isColoured() {
        String no = System.getenv("NO_COLOR");
        return isTerminal() && (no == null || no.isEmpty());
    }

    /** Prints one JSON document, in ASCII. */
    protected final void print(JsonElement document) {
        out().println(Json.write(document));
        out().flush();
    }
}
