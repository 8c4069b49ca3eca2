// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.BtfHeader;
import io.karst.component.TrustedFiles;
import io.karst.component.TypedSettings;
import io.karst.config.SettingsCheck;
import io.karst.coreassets.internal.CoreAssetService.Config;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** Whether every stage could load its kernel programs with these settings. */
@Component(property = SettingsCheck.PID + "=io.karst.coreassets")
public final class CoreAssetSettingsCheck implements SettingsCheck {

    private static final int ELF_MAGIC = 0x7f454c46;

    private final Unpacker unpacker;
    private final PathCheck trust;

    /** Trusts what the loader trusts. */
    public CoreAssetSettingsCheck() {
        this(TrustedFiles::readBelowTrusted, TrustedFiles::requireBelowTrusted);
    }

    CoreAssetSettingsCheck(Unpacker.FileReader files, PathCheck trust) {
        unpacker = new Unpacker(files, Unpacker.MAX_BYTES);
        this.trust = trust;
    }

    @Override
    public void check(Map<String, Object> settings) {
        Settings wanted = CoreAssetComponent.settings(TypedSettings.of(Config.class, settings));
        wanted.btfFile().ifPresent(file -> check("btf.file", file, this::btf));
        wanted.btfArchiveDirectory().ifPresent(folder -> check("btf.archive.directory", folder, this::folder));
        wanted.assetDirectory().ifPresent(folder -> check("asset.directory", folder, this::assets));
    }

    /** Says what is wrong with a path. */
    interface PathCheck {
        void check(Path path) throws IOException;
    }

    private static void check(String key, Path path, PathCheck check) {
        try {
            check.check(path);
        } catch (IOException e) {
            throw new IllegalArgumentException(key + "=" + path + ": " + e.getMessage(), e);
        }
    }

    private void btf(Path file) throws IOException {
        byte[] btf = unpacker.read(file);
        BtfHeader.read(file.toString(), btf, btf.length);
    }

    private void folder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no such directory");
        }
        trust.check(folder);
    }

    /** Those that have the name of an asset replace it at the next load. */
    private void assets(Path folder) throws IOException {
        folder(folder);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.bpf.o{,.gz,.xz}")) {
            for (Path file : files) {
                byte[] object = unpacker.read(file);
                if (object.length < Integer.BYTES || ByteBuffer.wrap(object).getInt() != ELF_MAGIC) {
                    throw new IOException(file + " is not an ELF object");
                }
            }
        }
    }
}
