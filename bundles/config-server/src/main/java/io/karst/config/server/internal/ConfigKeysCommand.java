// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import io.karst.commands.Arguments;
import io.karst.commands.Columns;
import io.karst.commands.Columns.Column;
import io.karst.commands.Services;
import io.karst.component.SettingsFile;
import io.karst.component.TrustedFiles;
import io.karst.remoteconfig.server.SignedRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.apache.karaf.shell.support.completers.StringsCompleter;

/** {@code karst:config-keys}. Shows where secrets are, never what they are. */
@Service
@Command(
        scope = "karst",
        name = "config-keys",
        description = "Shows where keys and credentials are; rotate creates new signing keys, renew a new certificate.",
        detailedDescription = "classpath:help/config-keys.txt")
public final class ConfigKeysCommand extends ServerCommand {

    private static final String ROTATE = "rotate";
    private static final String RENEW = "renew";
    private static final String ENCRYPT = "encrypt";
    private static final int MAX_PASSPHRASE_BYTES = 1024;
    private static final int LEAST_CHARACTERS = 12;

    record Keys(SignedRepository repository, ServerFiles files, Instant certificateExpires) {}

    static final Columns<Keys> KEYS = Columns.fields(List.of(
            Column.field(
                    "rootVersion",
                    "versions of the newest root and of the signed list",
                    keys -> keys.repository().rootVersion()),
            Column.field("targetsVersion", keys -> keys.repository().targetsVersion()),
            Column.field(
                    "expires",
                    "when the signatures expire; they are renewed before",
                    keys -> keys.repository().expires()),
            Column.field(
                    "organisation",
                    "UUID in the signed list; null if there is none",
                    keys -> keys.repository().organisation()),
            Column.field(
                    "rootFile",
                    "first root, which clients begin with",
                    keys -> keys.files().root()),
            Column.field(
                    "rootKeyFile",
                    "key that signs roots, only needed to rotate",
                    keys -> keys.files().rootKey()),
            Column.field(
                    "certificateFile",
                    "certificate of the server with its key, and when it ends",
                    keys -> keys.files().certificate()),
            Column.field("certificateExpires", Keys::certificateExpires),
            Column.field(
                    "tokenFile",
                    "token of the host of the server",
                    keys -> keys.files().token())));

    @Option(name = "--json", description = "Print one JSON document instead of lines")
    private boolean json;

    @Argument(
            name = "action",
            description =
                    "rotate: new signing keys; renew: new certificate for the same key; encrypt: the root key; or nothing")
    @Completion(
            value = StringsCompleter.class,
            values = {ROTATE, RENEW, ENCRYPT})
    private String action = "";

    @Argument(
            index = 1,
            name = "passphrase-file",
            multiValued = true,
            description =
                    "For encrypt, and for rotate with an encrypted root key: a file (mode 600) with its passphrase")
    @Completion(FileCompleter.class)
    private List<String> rest = new ArrayList<>();

    @Override
    void run(Services services, ConfigServer running) throws IOException, CommandException {
        Arguments typed = Arguments.of(rest, Set.of("--json"), Set.of());
        Optional<String> passphrase = passphrase(typed.words());
        switch (action) {
            case "" -> {}
            case ROTATE -> {
                running.store().rotate(passphrase);
                Audit.tell(
                        services,
                        "KEYS_ROTATED",
                        Map.of("rootVersion", running.store().current().rootVersion()));
            }
            case ENCRYPT -> {
                running.store()
                        .encryptRootKey(passphrase.orElseThrow(
                                () -> new IllegalArgumentException("encrypt needs a file with a passphrase")));
                Audit.tell(services, "ROOT_KEY_ENCRYPTED", Map.of());
            }
            case RENEW -> {
                running.certificates().renew();
                Audit.tell(
                        services,
                        "CERTIFICATE_RENEWED",
                        Map.of("expires", running.certificates().expires()));
            }
            default ->
                throw new IllegalArgumentException(
                        "Unknown action '" + action + "'. Use rotate, renew, encrypt, or nothing");
        }
        SignedRepository repository = running.store().current();
        ServerFiles files = running.files();
        Instant certificateExpires = running.certificates().expires();
        if (json || typed.flags().contains("--json")) {
            print(KEYS.json(new Keys(repository, files, certificateExpires)));
            return;
        }
        if (action.equals(ROTATE)) {
            println("Rotated. Clients follow automatically.");
        } else if (action.equals(ENCRYPT)) {
            println("Encrypted. Keep the passphrase: without it no keys can be rotated.");
        } else if (action.equals(RENEW)) {
            println("Renewed, with the names in " + SettingsFile.of("io.karst.configserver") + ". Clients accept it.");
        }
        println("folder       " + files.folder());
        println("root         version " + repository.rootVersion() + ", first root for clients: "
                + inFolder(files, files.root()));
        println("targets      version " + repository.targetsVersion() + ", valid until " + repository.expires());
        println("organisation " + repository.organisation().orElse("none"));
        println("root key     " + inFolder(files, files.rootKey()) + " (only needed to rotate: keep it offline)");
        println("certificate  " + inFolder(files, files.certificate()) + ", valid until " + certificateExpires);
        println("token        " + inFolder(files, files.token()));
    }

    /** Whole paths would not fit a terminal. */
    private static Path inFolder(ServerFiles files, Path file) {
        return file.startsWith(files.folder()) ? files.folder().relativize(file) : file;
    }

    private static Optional<String> passphrase(List<String> words) throws IOException {
        if (words.size() > 1) {
            throw new IllegalArgumentException("one file with a passphrase is enough, not " + words);
        }
        if (words.isEmpty()) {
            return Optional.empty();
        }
        Path file = Path.of(words.get(0));
        String passphrase =
                new String(TrustedFiles.readSecret(file, MAX_PASSPHRASE_BYTES), StandardCharsets.UTF_8).strip();
        if (passphrase.length() < LEAST_CHARACTERS) {
            throw new IllegalArgumentException(
                    file + " holds a passphrase of less than " + LEAST_CHARACTERS + " characters");
        }
        return Optional.of(passphrase);
    }
}
