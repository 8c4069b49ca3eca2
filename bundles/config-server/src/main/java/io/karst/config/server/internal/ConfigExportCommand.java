// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;

/** {@code karst:config-export}. */
@Service
@Command(
        scope = "karst",
        name = "config-export",
        description = "Writes everything that is needed to verify the published configurations without a server.",
        detailedDescription = "classpath:help/config-export.txt")
public final class ConfigExportCommand extends ServerCommand {

    private static final String JSON = "--json";

    /**
     * What was written.
     *
     * @param repository what it proves
     * @param files number of files
     */
    record Proof(Path folder, SignedRepository repository, int files) {}

    static final Columns<Proof> PROOF = Columns.fields(List.of(
            Column.field("folder", "folder with the proof, and number of its files", Proof::folder),
            Column.field("files", Proof::files),
            Column.field(
                    "rootVersion",
                    "versions of the newest root and of the signed list",
                    proof -> proof.repository().rootVersion()),
            Column.field("targetsVersion", proof -> proof.repository().targetsVersion())));

    @Option(name = JSON, description = "Print one JSON document instead of lines")
    private boolean json;

    @Argument(name = "folder", description = "New folder for the proof", required = true)
    @Completion(FileCompleter.class)
    private String folder = "";

    // Karaf reads options only in front of the first argument; people write them behind the last one, too.
    @Argument(index = 1, name = "options", multiValued = true, description = "--json may stand here, too")
    private List<String> rest = new ArrayList<>();

    @Override
    void run(Services services, ConfigServer running) throws IOException, CommandException {
        json |= PathCommand.behind(rest, Set.of()).flags().contains(JSON);
        Path target = Path.of(folder);
        // configurations may hold secrets: whoever made the folder decides who may read it
        Files.createDirectory(
                target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SignedRepository repository = running.store().current();
        Map<String, Bytes> files = repository.export();
        for (Map.Entry<String, Bytes> file : files.entrySet()) {
            Path path = target.resolve(file.getKey()).normalize();
            Path parent = path.getParent();
            if (!path.startsWith(target.normalize()) || parent == null) {
                throw new IOException(file.getKey() + " leads out of " + target);
            }
            Files.createDirectories(parent);
            Files.write(path, file.getValue().toArray());
        }
        if (json) {
            print(PROOF.json(new Proof(target, repository, files.size())));
        } else {
            println("Written. Verify it with karst:config-verify " + target);
        }
    }
}
