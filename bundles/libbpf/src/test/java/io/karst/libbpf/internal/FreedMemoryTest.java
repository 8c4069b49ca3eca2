// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.kenai.jffi.MemoryIO;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreedMemoryTest {
    private static final int PIECES = 1024;
    private static final int PIECE_BYTES = 64 << 10;

    /** Pieces of 64 KiB, 64 MiB together; one that is not freed keeps the allocator from giving back all by itself. */
    @Test
    void glibcGivesBackWhatItKeeps() throws IOException {
        FreedMemory freed = FreedMemory.of(NativeLibraries.glibc());
        assumeTrue(freed.glibc().isPresent(), "this libc is not glibc");
        MemoryIO memory = MemoryIO.getInstance();
        List<Long> pieces = new ArrayList<>();
        for (int i = 0; i < PIECES; i++) {
            long piece = memory.allocateMemory(PIECE_BYTES, false);
            memory.setMemory(piece, PIECE_BYTES, (byte) 1);
            pieces.add(piece);
        }
        long last = pieces.remove(pieces.size() - 1);
        pieces.forEach(memory::freeMemory);
        long kept = residentKib();

        freed.giveBack();

        assertThat(kept - residentKib()).isGreaterThan(48 << 10);
        memory.freeMemory(last);
    }

    @Test
    void anotherLibcIsLeftAlone() {
        FreedMemory freed = FreedMemory.of(keep -> {
            throw new UnsatisfiedLinkError("malloc_trim");
        });
        assertThat(freed.glibc()).isEmpty();
        freed.giveBack();
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
