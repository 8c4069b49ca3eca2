// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import io.karst.remoteconfig.RefusedException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.apache.karaf.shell.support.CommandException;

/** A command that works on the server, and says in one line what went wrong. */
abstract class ServerCommand extends KarstCommand {

    /** What a command does with the server. */
    interface Work {
        void on(ConfigServer server) throws IOException, CommandException, InterruptedException;
    }

    @Override
    protected final void run(Services services) throws CommandException, InterruptedException {
        onServer(services, server -> run(services, server));
    }

    /** Works on the server; whatever goes wrong becomes one line. */
    static void onServer(Services services, Work work) throws CommandException, InterruptedException {
        services.require(ConfigServer.class, "config-server", server -> {
            explained(work, server);
            return server;
        });
    }

    private static void explained(Work work, ConfigServer server) throws CommandException, InterruptedException {
        try {
            work.on(server);
        } catch (FileSystemException e) {
            throw new CommandException(explain(e), e);
        } catch (IOException | IllegalArgumentException | RefusedException e) {
            throw new CommandException(e.getMessage(), e);
        }
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

    /** Does the command's work. */
    abstract void run(Services services, ConfigServer server)
            throws IOException, CommandException, InterruptedException;
}
