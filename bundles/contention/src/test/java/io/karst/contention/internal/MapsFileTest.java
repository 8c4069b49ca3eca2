// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.contention.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.karst.contention.internal.KnownMaps.Known;
import io.karst.resource.MapKey;
import io.karst.resource.MapOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapsFileTest {
    private static final Map<MapKey, Known> MAPS = maps(
            new Known(
                    "flows",
                    "lru_hash",
                    List.of(
                            new MapOwner(MapOwner.Type.PROGRAM, 7, "on_packet"),
                            new MapOwner(MapOwner.Type.PROCESS, 17_308, "java")),
                    OptionalLong.empty()),
            new Known("", "unknown", List.of(), OptionalLong.of(-5)));

    @TempDir
    private Path folder;

    private Path path;
    private Path boot;

    @BeforeEach
    void paths() throws IOException {
        path = folder.resolve("maps.bin");
        boot = Files.writeString(folder.resolve("boot_id"), "11111111-2222-3333-4444-555555555555\n");
    }

    private MapsFile file() {
        return new MapsFile(path, boot);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        file().write(MAPS);
        assertThat(file().read()).isEqualTo(MAPS);
        assertThat(file().read().keySet()).containsExactlyElementsOf(MAPS.keySet());
    }

    @Test
    void withoutAFileNothingIsKnown() {
        assertThat(file().read()).isEmpty();
    }

    @Test
    void hostileNamesStayAsTheyAre() throws IOException {
        for (String name : List.of("\n", "a\tb\r\n", "\u0000", "\u001b[2J", "\u202egnp", "\ud800", "=#!\\")) {
            Map<MapKey, Known> hostile = maps(new Known(
                    name,
                    name,
                    List.of(new MapOwner(MapOwner.Type.PROCESS, -1, name)),
                    OptionalLong.of(Long.MAX_VALUE)));
            file().write(hostile);
            assertThat(file().read()).isEqualTo(hostile);
        }
    }

    @Test
    void textsAreShortened() throws IOException {
        file().write(maps(new Known("\uffff".repeat(70_000), "hash", List.of(), OptionalLong.empty())));
        assertThat(file().read().values()).extracting(Known::name).containsExactly("\uffff".repeat(64));
    }

    @Test
    void anotherBootsMapsAreOthers() throws IOException {
        file().write(MAPS);
        Files.writeString(boot, "99999999-2222-3333-4444-555555555555\n");
        assertThat(file().read()).isEmpty();
        file().write(MAPS);
        assertThat(file().read()).isEqualTo(MAPS);
    }

    @Test
    void withoutABootIdNothingIsReadOrWritten() throws IOException {
        file().write(MAPS);
        byte[] before = Files.readAllBytes(path);
        for (Path unknown : List.of(folder.resolve("none"), Files.createFile(folder.resolve("empty")))) {
            MapsFile file = new MapsFile(path, unknown);
            assertThat(file.read()).isEmpty();
            assertThatIOException().isThrownBy(() -> file.write(Map.of())).withMessageContaining(unknown.toString());
        }
        assertThat(path).hasBinaryContent(before);
    }

    @Test
    void aDamagedFileIsNotUsed() throws IOException {
        file().write(MAPS);
        byte[] whole = Files.readAllBytes(path);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(path, damaged);
            assertThat(file().read()).as("byte %d", at).isEmpty();
            Files.write(path, Arrays.copyOf(whole, at));
            assertThat(file().read()).as("cut at byte %d", at).isEmpty();
        }
        file().write(MAPS);
        assertThat(file().read()).isEqualTo(MAPS);
    }

    @Test
    void aFileThatOthersCanWriteIsNotUsed() throws IOException {
        file().write(MAPS);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(file().read()).isEmpty();
    }

    @Test
    void aHugeFileIsNotUsed() throws IOException {
        Files.write(path, new byte[MapsFile.MAX_BYTES + 1]);
        assertThat(file().read()).isEmpty();
    }

    @Test
    void theLastMapsAreLeftOutIfThereAreTooMany() throws IOException {
        String longest = "\uffff".repeat(64);
        List<MapOwner> owners = Collections.nCopies(9, new MapOwner(MapOwner.Type.PROGRAM, 1, longest));
        Map<MapKey, Known> many = new LinkedHashMap<>();
        for (int id = 0; id < 3_000; id++) {
            many.put(new MapKey(id, id), new Known(longest, longest, owners, OptionalLong.empty()));
        }
        file().write(many);
        assertThat(Files.size(path)).isLessThanOrEqualTo(MapsFile.MAX_BYTES);
        Map<MapKey, Known> read = file().read();
        assertThat(read).hasSizeBetween(2_000, 2_999);
        assertThat(read.keySet())
                .containsExactlyElementsOf(
                        many.keySet().stream().limit(read.size()).toList());
    }

    @Test
    void aFailedWriteLeavesTheFormerContent() throws IOException {
        file().write(MAPS);
        Path next = Files.createDirectories(folder.resolve("maps.bin.next/in-the-way"))
                .getParent();
        assertThatIOException().isThrownBy(() -> file().write(Map.of())).withMessageContaining("maps.bin");
        assertThat(file().read()).isEqualTo(MAPS);
        assertThat(next).isDirectory();
    }

    private static Map<MapKey, Known> maps(Known... all) {
        Map<MapKey, Known> maps = new LinkedHashMap<>();
        for (Known map : all) {
            maps.put(new MapKey(maps.size() + 1, 0xffff_8881_0000_0000L + maps.size()), map);
        }
        return maps;
    }
}
