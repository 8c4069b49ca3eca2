// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.server.PublishedConfig;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;

/** A command that works on the server, and says in one line what went wrong. */
abstract class ServerCommand extends KarstCommand {

    @Override
    protected final void run(Services services) throws CommandException, InterruptedException {
        services.require(ConfigServer.class, "config-server", server -> {
            work(server);
            return server;
        });
    }

    private void work(ConfigServer server) throws CommandException {
        try {
            run(server);
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

    /** What the server offers, for completion; nothing while it is not up. A reference to it would take the commands away then. */
    static Stream<ConfigPath> offered(BundleContext context) {
        return new Services(context)
                        .ifPresent(
                                ConfigServer.class,
                                server -> server.store().current().configs().values().stream()
                                        .map(PublishedConfig::path)
                                        .toList())
                        .stream()
                        .flatMap(List::stream);
    }

    /** Does the command's work. */
    abstract void run(ConfigServer server) throws IOException, CommandException;
}
