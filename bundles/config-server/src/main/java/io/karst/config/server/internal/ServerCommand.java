// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import io.karst.remoteconfig.RefusedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.jspecify.annotations.Nullable;

/** What the server's commands share: the server, where to print, and one line for what went wrong. */
abstract class ServerCommand implements Action {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Override
    public final @Nullable Object execute() throws CommandException {
        try {
            run(server, out());
        } catch (FileSystemException e) {
            throw new CommandException(explain(e), e);
        } catch (IOException | IllegalArgumentException | RefusedException e) {
            throw new CommandException(e.getMessage(), e);
        }
        return null; // a returned object would not be printed over ssh
    }

    /** The pipe that this command writes to, if it stands in one; otherwise the console. */
    private PrintStream out() {
        Process process = Process.Utils.current();
        return process == null ? session.getConsole() : process.out();
    }

    private static String explain(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return e.getFile() + " does not exist";
        }
        if (e instanceof FileAlreadyExistsException) {
            return e.getFile() + " exists already";
        }
        if (e instanceof AccessDeniedException) {
            return e.getFile() + " may not be read or written";
        }
        return String.valueOf(e.getMessage());
    }

    /**
     * Does the command's work.
     *
     * @param running the server
     * @param out where to print
     * @throws IOException if a file cannot be read or written
     */
    abstract void run(ConfigServer running, PrintStream out) throws IOException;

    /** Control characters escaped, so that what a client calls itself does nothing to a terminal. */
    static void print(PrintStream out, JsonElement document) {
        out.println(new GsonBuilder()
                .setPrettyPrinting()
                .serializeNulls()
                .disableHtmlEscaping()
                .create()
                .toJson(document));
    }
}
