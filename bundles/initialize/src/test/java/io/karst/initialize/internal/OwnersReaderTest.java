// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.MapOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnersReaderTest {

    @Test
    void readsEachProcessOnce() {
        ByteBuffer stream = ByteBuffer.allocate(200).order(ByteOrder.nativeOrder());
        owner(stream, 7, 100, "java");
        owner(stream, 7, 100, "java");
        owner(stream, 7, 200, "sixteen-letters!");
        owner(stream, 9, 100, "java");
        stream.putInt(1).flip(); // the start of the next one
        OwnersProgram.Reader reader = new OwnersProgram.Reader();
        reader.accept(stream);
        assertThat(stream.remaining()).isEqualTo(4);
        assertThat(reader.owners)
                .isEqualTo(Map.of(
                        7,
                        Set.of(process(100, "java"), process(200, "sixteen-letters!")),
                        9,
                        Set.of(process(100, "java"))));
    }

    /** The rest is not read, and that is said. */
    @Test
    void saysWhatIsBeyondItsLimit() {
        ByteBuffer stream = ByteBuffer.allocate(24 << 10).order(ByteOrder.nativeOrder());
        while (stream.hasRemaining()) {
            owner(stream, 7, 100, "java");
        }
        OwnersProgram.Reader reader = new OwnersProgram.Reader();
        for (int kibi = 0; kibi < 1024; kibi++) {
            reader.accept(stream.rewind());
        }
        assertThat(reader.leftOut()).isEmpty();

        reader.accept(stream.rewind());

        assertThat(reader.leftOut().orElseThrow().text())
                .isEqualTo(
                        "owners are missing: processes hold 1049600 descriptors of maps, of which 1048576 were read");
    }

    /** The kernel walks the tasks of one pid namespace. */
    @Test
    void ownersOfAnotherPidNamespaceAreABlindSpot(@TempDir Path proc) throws IOException {
        assertThat(OwnersProgram.hidden(proc).orElseThrow()).startsWith("owners may be missing");

        Path link = Files.createDirectories(proc.resolve("self/ns")).resolve("pid");
        Files.createSymbolicLink(link, Path.of("pid:[4026531836]"));
        assertThat(OwnersProgram.hidden(proc)).isEmpty();

        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("pid:[4026532001]"));
        assertThat(OwnersProgram.hidden(proc).orElseThrow())
                .isEqualTo("only processes of this pid namespace are seen, so other owners are missing");
    }

    private static void owner(ByteBuffer stream, int map, int pid, String comm) {
        stream.putInt(map).putInt(pid).put(Arrays.copyOf(comm.getBytes(StandardCharsets.US_ASCII), 16));
    }

    private static MapOwner process(int pid, String comm) {
        return new MapOwner(MapOwner.Type.PROCESS, pid, comm);
    }
}
