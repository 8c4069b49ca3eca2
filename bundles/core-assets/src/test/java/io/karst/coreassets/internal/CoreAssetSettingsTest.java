// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.settings.InvalidSettingException;
import io.karst.testing.RefusedValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

class CoreAssetSettingsTest {

    private final BundleContext karaf;
    private final RefusedValue<CoreAssetSettings> refused =
            new RefusedValue<>("io.karst.coreassets", CoreAssetSettings::new, CoreAssetSettings::changed);

    CoreAssetSettingsTest(@TempDir Path data) {
        karaf = RefusedValue.karaf(data);
    }

    /** Below /tmp, where everybody may write. */
    @TempDir
    private Path folder;

    private @Nullable CoreAssetSettings check;

    private CoreAssetSettings checked() {
        return check == null ? new CoreAssetSettings(karaf, Map.of()) : check;
    }

    /** Neither in this run nor at the next start. */
    @ParameterizedTest
    @CsvSource({
        "btf.file, vmlinux, an absolute path",
        "btf.archive.directory, ./btf, an absolute path",
        "asset.directory, ../assets, an absolute path"
    })
    void aRefusedValueChangesNothing(String key, String value, String allowed) {
        refused.changesNothing(karaf, key, value, allowed);
    }

    private void trustAll() {
        check = new CoreAssetSettings(karaf, Map.of(), new PlainFiles(), path -> {});
    }

    private void refused(String key, Object value, String message) {
        assertThatThrownBy(() -> checked().check(Map.of(key, value.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key + "=" + value)
                .hasMessageContaining(message);
    }

    @Test
    void aDirectoryThatIsNotThereOrThatOthersCanWriteIsRefused() throws IOException {
        refused("asset.directory", "/nowhere/assets", "there is no such directory");
        refused("btf.archive.directory", "/nowhere/btf", "there is no such directory");
        refused("asset.directory", "assets", "is not an absolute path");
        refused("asset.directory", folder, "is writable by group or others");
        refused("btf.archive.directory", folder, "is writable by group or others");
        refused("asset.directory", folder + "/../" + folder.getFileName(), "absolute path without");
        Path file = Files.createFile(folder.resolve("file"));
        refused("asset.directory", file, "there is no such directory");
    }

    @Test
    void anObjectThatCouldNotBeLoadedIsRefused() throws IOException {
        trustAll();
        Path object = Files.writeString(folder.resolve("lock_ranges.bpf.o"), "rubbish");
        refused("asset.directory", folder, "lock_ranges.bpf.o is not an ELF object");
        Files.delete(object);
        Files.writeString(folder.resolve("lock_ranges.bpf.o.gz"), "rubbish");
        refused("asset.directory", folder, "cannot be unpacked");
    }

    @Test
    void aBtfFileThatCouldNotBeUsedIsRefused() throws IOException {
        refused("btf.file", "/nowhere/vmlinux.btf", "there is no such file");
        trustAll();
        refused("btf.file", Files.writeString(folder.resolve("x.btf"), "no header"), "x.btf");
    }

    @Test
    void goodSettingsAndNoneAreUsable() throws IOException {
        trustAll();
        Files.writeString(folder.resolve("lock_ranges.bpf.o"), "\u007fELF...");
        Files.writeString(folder.resolve("README"), "other files do not matter");
        assertThatCode(() -> checked().check(Map.of("asset.directory", folder.toString(), "btf.file", "")))
                .doesNotThrowAnyException();
        assertThatCode(() -> checked().check(Map.of())).doesNotThrowAnyException();
    }

    /** A NUL is written as an escape in a settings file. */
    @ParameterizedTest
    @ValueSource(strings = {"btf.file", "asset.directory"})
    void aPathWithANulIsRefused(String key) {
        CoreAssetSettings settings = new CoreAssetSettings(karaf, Map.of());
        assertThatThrownBy(() -> settings.check(Map.of(key, "/a\0b")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("is no path");
    }
}
