// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Services;
import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** {@code karst:config-export}. */
@Service
@Command(
        scope = "karst",
        name = "config-export",
        description = "Writes everything that is needed to verify the published configurations without a server.",
        detailedDescription = "classpath:help/config-export.txt")
public final class ConfigExportCommand extends ServerCommand {

    @Argument(name = "folder", description = "New folder for the proof", required = true)
    @Completion(FileCompleter.class)
    private String folder = "";

    @Override
    void run(Services services, ConfigServer running) throws IOException {
        Path target = Path.of(folder);
        // configurations may hold secrets: whoever made the folder decides who may read it
        Files.createDirectory(
                target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (Map.Entry<String, Bytes> file : running.store().current().export().entrySet()) {
            Path path = target.resolve(file.getKey()).normalize();
            Path parent = path.getParent();
            if (!path.startsWith(target.normalize()) || parent == null) {
                throw new IOException(file.getKey() + " leads out of " + target);
            }
            Files.createDirectories(parent);
            Files.write(path, file.getValue().toArray());
        }
        println("Written. Verify it with karst:config-verify " + target);
    }
}
