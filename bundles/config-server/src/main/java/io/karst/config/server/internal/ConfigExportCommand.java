// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.jspecify.annotations.Nullable;

/** {@code karst:config-export}. */
@Service
@Command(
        scope = "karst",
        name = "config-export",
        description = "Writes everything that is needed to check the offered configurations offline.")
public final class ConfigExportCommand implements Action {

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private ConfigServer server;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Argument(name = "folder", description = "New folder for the proof", required = true)
    private String folder = "";

    /** Called by Karaf, once per execution. */
    public ConfigExportCommand() {}

    @Override
    public @Nullable Object execute() throws IOException {
        Path target = Path.of(folder);
        Files.createDirectory(target);
        for (Map.Entry<String, Bytes> file : server.store().current().export().entrySet()) {
            Path path = target.resolve(file.getKey()).normalize();
            Path parent = path.getParent();
            if (!path.startsWith(target.normalize()) || parent == null) {
                throw new IOException(file.getKey() + " leads out of " + target);
            }
            Files.createDirectories(parent);
            Files.write(path, file.getValue().toArray());
        }
        session.getConsole().println("written; check with karst:config-verify " + target);
        return null;
    }
}
