// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.KarstCommand;
import io.karst.commands.Services;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.client.OfflineProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.osgi.framework.BundleContext;

/** {@code karst:config-verify}. Reads files only; asks no server. */
@Service
@Command(
        scope = "karst",
        name = "config-verify",
        description = "Verifies an exported proof without a server: <n>.root.json, targets.json and targets/<path>.",
        detailedDescription = "classpath:help/config-verify.txt")
public final class ConfigVerifyCommand extends KarstCommand {

    private static final String JSON = "--json";
    private static final String ROOT = "--root";
    private static final long MAX_BYTES = 256L << 20;

    static final Columns<VerifiedConfig> CONFIGS = Columns.fields(List.of(
            Column.field(
                    "path", "path in the signed list", config -> config.file().path()),
            Column.field(
                    "version", "version of its content", config -> config.file().version()),
            Column.field(
                    "sha256", "SHA-256 of its content", config -> config.file().sha256()),
            Column.field("bytes", "size, bytes", config -> config.file().size())));

    static final Columns<OfflineProof> PROOF = Columns.fields(List.of(
            Column.field(
                    "rootVersion", "versions of the newest root and of the signed list", OfflineProof::rootVersion),
            Column.field("targetsVersion", OfflineProof::targetsVersion),
            Column.field("expires", "when the signatures expire, and whether they have", OfflineProof::expires),
            Column.field("expired", OfflineProof::expired),
            Column.field("configurations", "what was verified", proof -> CONFIGS.json(proof.configs()))));

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private BundleContext bundle;

    @Argument(name = "folder", description = "Folder with the proof", required = true)
    @Completion(FileCompleter.class)
    private String folder = "";

    // Karaf reads options only in front of the first argument; people write them behind the last one, too.
    @Argument(index = 1, name = "options", multiValued = true, description = "--root and --json may stand here")
    private List<String> rest = new ArrayList<>();

    @Option(name = ROOT, description = "First root.json; by default that of the embedded server")
    private String root = "";

    @Option(name = JSON, description = "Print one JSON document instead of lines")
    private boolean json;

    @Override
    protected void run(Services services) throws CommandException {
        Arguments behind = Arguments.of(rest, Set.of(JSON), Set.of(ROOT));
        if (!behind.words().isEmpty()) {
            throw new CommandException("Unknown argument " + behind.words().get(0) + ". See --help");
        }
        json |= behind.flags().contains(JSON);
        root = behind.values().getOrDefault(ROOT, root);
        if (root.isBlank() && behind.values().containsKey(ROOT)) {
            throw new CommandException(ROOT + " needs a file");
        }
        Path first = root.isBlank()
                ? SettingsReader.dataFolder(bundle).resolve("config-server").resolve("root.json")
                : Path.of(root);
        try {
            OfflineProof proof = OfflineProof.verify(read(Path.of(folder)), TrustedRoot.read(first), Clock.systemUTC());
            if (json) {
                print(PROOF.json(proof));
            } else {
                print(proof);
            }
        } catch (NoSuchFileException e) {
            throw new CommandException(e.getFile() + " does not exist", e);
        } catch (RefusedException | IOException e) {
            throw new CommandException("does not verify: " + e.getMessage(), e);
        }
    }

    private void print(OfflineProof proof) {
        for (VerifiedConfig config : proof.configs()) {
            println("good  " + config.file().path() + " v" + config.file().version() + " sha256 "
                    + config.file().sha256());
        }
        println("root " + proof.rootVersion() + ", targets " + proof.targetsVersion() + ", "
                + (proof.expired() ? "expired " : "good until ") + proof.expires());
    }

    private static Map<String, Bytes> read(Path folder) throws IOException {
        List<Path> found;
        try (Stream<Path> walk = Files.walk(folder)) {
            found = walk.filter(Files::isRegularFile).toList();
        }
        Map<String, Bytes> files = new TreeMap<>();
        long total = 0;
        for (Path file : found) {
            total += Files.size(file);
            if (total > MAX_BYTES) {
                throw new IOException(folder + " holds more than " + MAX_BYTES + " bytes");
            }
            files.put(folder.relativize(file).toString(), Bytes.of(Files.readAllBytes(file)));
        }
        return files;
    }
}
