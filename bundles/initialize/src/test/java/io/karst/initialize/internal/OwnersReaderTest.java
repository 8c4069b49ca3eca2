// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.initialize.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.resource.MapOwner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

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

    private static void owner(ByteBuffer stream, int map, int pid, String comm) {
        stream.putInt(map).putInt(pid).put(Arrays.copyOf(comm.getBytes(StandardCharsets.US_ASCII), 16));
    }

    private static MapOwner process(int pid, String comm) {
        return new MapOwner(MapOwner.Type.PROCESS, pid, comm);
    }
}
