// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CoreAssetSettingsCheckTest {

    /** Below /tmp, where everybody may write. */
    @TempDir
    private Path folder;

    private CoreAssetSettingsCheck check = new CoreAssetSettingsCheck();

    private void trustAll() {
        check = new CoreAssetSettingsCheck(new PlainFiles(), path -> {});
    }

    private void refused(String key, Object value, String message) {
        assertThatThrownBy(() -> check.check(Map.of(key, value.toString())))
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
        assertThatCode(() -> check.check(Map.of("asset.directory", folder.toString(), "btf.file", "")))
                .doesNotThrowAnyException();
        assertThatCode(() -> check.check(Map.of())).doesNotThrowAnyException();
    }
}
