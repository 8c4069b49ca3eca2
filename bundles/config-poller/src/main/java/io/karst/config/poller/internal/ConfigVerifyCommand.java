// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.OfflineProof;
import io.karst.remoteconfig.client.VerifiedConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.felix.service.command.Process;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;

/** {@code karst:config-verify}. Reads files only; asks no server. */
@Service
@Command(
        scope = "karst",
        name = "config-verify",
        description = "Checks an exported proof offline: <n>.root.json, targets.json and targets/<path>.")
public final class ConfigVerifyCommand implements Action {

    private static final long MOST_BYTES = 256L << 20;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private Session session;

    @Reference
    @SuppressWarnings("NullAway.Init") // Karaf sets it before execute
    private BundleContext context;

    @Argument(name = "folder", description = "Folder with the proof", required = true)
    @Completion(FileCompleter.class)
    private String folder = "";

    @Option(name = "--root", description = "Root of trust; without it that of the embedded server")
    private String root = "";

    @Option(name = "--json", description = "Print one JSON document instead of lines")
    private boolean json;

    /** Called by Karaf, once per execution. */
    public ConfigVerifyCommand() {}

    @Override
    public @Nullable Object execute() throws CommandException {
        Path anchor = root.isBlank()
                ? SettingsReader.dataFolder(context).resolve("config-server").resolve("root.json")
                : Path.of(root);
        try {
            OfflineProof proof =
                    OfflineProof.verify(read(Path.of(folder)), TrustedRoot.read(anchor), Clock.systemUTC());
            Process process = Process.Utils.current();
            PrintStream out = process == null ? session.getConsole() : process.out();
            if (json) {
                out.println(CommandJson.of(proof));
            } else {
                print(proof, out);
            }
            return null;
        } catch (NoSuchFileException e) {
            throw new CommandException(e.getFile() + " does not exist", e);
        } catch (RefusedException | IOException e) {
            throw new CommandException("does not verify: " + e.getMessage(), e);
        }
    }

    private static void print(OfflineProof proof, PrintStream out) {
        for (VerifiedConfig config : proof.configs()) {
            out.println("good  " + config.file().path() + " v" + config.file().version() + " sha256 "
                    + config.file().sha256());
        }
        out.println("root " + proof.rootVersion() + ", targets " + proof.targetsVersion() + ", "
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
            if (total > MOST_BYTES) {
                throw new IOException(folder + " holds more than " + MOST_BYTES + " bytes");
            }
            files.put(folder.relativize(file).toString(), Bytes.of(Files.readAllBytes(file)));
        }
        return files;
    }
}
