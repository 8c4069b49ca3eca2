// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import com.google.gson.JsonElement;
import io.karst.component.SafeText;
import java.io.PrintStream;
import java.util.Optional;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.Terminal;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.ShellUtil;
import org.apache.karaf.shell.support.ansi.SimpleAnsi;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Base class of all commands: gives access to services and to the output. Karaf makes one object per execution. */
public abstract class KarstCommand implements Action {
    private static final int PIECE = 8 * 1024;

    private int printed;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private BundleContext context;

    @Override
    @SuppressWarnings("IllegalCatch") // whatever a command throws is shown on a terminal
    public final @Nullable Object execute() throws CommandException, InterruptedException {
        try {
            run(new Services(context));
        } catch (CommandException e) {
            throw isSafe(e) ? e : new CommandException(line(e), e);
        } catch (RuntimeException e) {
            throw isSafe(e) ? e : new IllegalStateException(line(e), e);
        }
        if (!isRedirected() && out().checkError()) {
            throw new CommandException("The output is incomplete: it could not be written");
        }
        if (session.getTerminal() == null) {
            SshConnection.of(session).awaitSent(printed / PIECE);
        }
        return null; // a returned object would not be printed over ssh
    }

    private static boolean isSafe(Exception e) {
        return e.getMessage() == null || line(e).equals(e.getMessage());
    }

    /** The message in one line that is safe for a terminal. */
    private static String line(Exception e) {
        return SafeText.of(String.valueOf(e.getMessage()).strip().replace('\n', ' '));
    }

    /**
     * Does the command's work.
     *
     * @throws CommandException if an argument is wrong or a service is missing; the message is one line
     * @throws InterruptedException if the operator stopped the command
     */
    protected abstract void run(Services services) throws CommandException, InterruptedException;

    /** The user of this shell, as Karaf's login found it; {@code unknown} without a login. */
    public static String user() {
        String name = ShellUtil.getCurrentUserName();
        return name == null || name.isEmpty() ? "unknown" : name;
    }

    /** Where to print: the pipe that this command writes to, otherwise the session's console. Not to be closed. */
    private PrintStream out() {
        Process process = Process.Utils.current();
        return process == null ? session.getConsole() : process.out();
    }

    private static boolean isRedirected() {
        Process process = Process.Utils.current();
        return process != null && !process.isTty(1);
    }

    /** Whether the output goes straight to a terminal: not into a pipe, over ssh without a terminal, or to a script. */
    protected final boolean isTerminal() {
        Process process = Process.Utils.current();
        return session.getTerminal() != null
                && session.getTerminal().isAnsiSupported()
                && process != null
                && process.isTty(1);
    }

    /** The terminal that the output goes straight to; empty if {@link #isTerminal} is false. */
    protected final Optional<Terminal> terminal() {
        return isTerminal() ? Optional.of(session.getTerminal()) : Optional.empty();
    }

    /** Whether nobody reads the output any more, or the bundle of this command was stopped: a command that runs on has to end. */
    protected final boolean isOver() {
        return isStopped() || isUnread();
    }

    /** Whether the bundle of this command was stopped, or updated. */
    protected final boolean isStopped() {
        Bundle bundle = FrameworkUtil.getBundle(getClass());
        return bundle == null || bundle.getBundleContext() != context;
    }

    /** Whether nobody reads the output any more. Over ssh, and in scripts, only the session's own stream knows. */
    final boolean isUnread() {
        return out().checkError()
                || (session.getTerminal() == null && session.getConsole().checkError());
    }

    /** Sends what was printed so far: a command that runs on does this before it waits. Gogo's pipe does not flush the session's stream. */
    protected final void send() {
        out().flush();
        session.getConsole().flush();
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

    /** Prints a line, made safe for a terminal: names and messages come from others. */
    protected final void println(String line) {
        printed += line.length();
        out().println(SafeText.of(line));
    }

    /**
     * The same in colour.
     *
     * @param style escape sequences before the line
     */
    protected final void println(String line, String style) {
        printed += line.length();
        out().println(style + SafeText.of(line) + SimpleAnsi.RESET);
    }

    /** Prints one JSON document, in ASCII. */
    protected final void print(JsonElement document) {
        printPieces(Json.write(document) + System.lineSeparator());
    }

    /** Prints one JSON document in one line, in ASCII. */
    protected final void printLine(JsonElement document) {
        printPieces(Json.line(document) + System.lineSeparator());
    }

    /** Prints text that is safe for a terminal, as it is. */
    final void printPieces(String text) {
        PrintStream out = out();
        printed += text.length();
        for (int at = 0; at < text.length(); at += PIECE) {
            out.print(text.substring(at, Math.min(text.length(), at + PIECE)));
            out.flush();
        }
    }

    /** Counts seconds on a terminal. */
    protected final Progress progress(int seconds) {
        return new Progress(out(), seconds);
    }
}
