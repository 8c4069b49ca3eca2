// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.ability.AbilityProbe;
import io.karst.asset.BtfHeader;
import io.karst.component.TrustedFiles;
import io.karst.config.SettingsCheck;
import io.karst.coreassets.internal.CoreAssetService.Config;
import io.karst.settings.PidSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Where BTF and kernel programs are found. */
@Component(
        name = "io.karst.core-assets.settings",
        immediate = true, // a refused value is reported at once
        configurationPid = "io.karst.coreassets",
        service = {CoreAssetSettings.class, PidSettings.class, SettingsCheck.class, AbilityProbe.class},
        property = SettingsCheck.PID + "=io.karst.coreassets")
@Designate(ocd = Config.class)
public final class CoreAssetSettings extends PidSettings<Settings> {

    private static final int ELF_MAGIC = 0x7f454c46;

    private final Unpacker unpacker;
    private final PathCheck trust;

    /** Reads them. Trusts what the loader trusts. */
    @Activate
    public CoreAssetSettings(BundleContext context, Map<String, Object> properties) {
        this(context, properties, TrustedFiles::readBelowTrusted, TrustedFiles::requireBelowTrusted);
    }

    CoreAssetSettings(
            BundleContext context, Map<String, Object> properties, Unpacker.FileReader files, PathCheck trust) {
        super(
                context,
                "io.karst.coreassets",
                Config.class,
                config -> Settings.of(config.btf_file(), config.btf_archive_directory(), config.asset_directory()),
                Set.of(),
                properties);
        unpacker = new Unpacker(files, Unpacker.MAX_BYTES);
        this.trust = trust;
    }

    /** An operator changed them. */
    @Modified
    public void changed(Map<String, Object> properties) {
        change(properties);
    }

    /**
     * Whether every stage could load its kernel programs. Not asked of an operator's settings: a file that is missing now may be there
     * at the next load, which says what it misses.
     */
    @Override
    protected void checkSurroundings(Settings wanted, Set<String> keys) {
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
