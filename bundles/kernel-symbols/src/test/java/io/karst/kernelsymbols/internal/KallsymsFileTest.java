// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.kernelsymbols.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KallsymsFileTest {
    @TempDir
    Path folder;

    @Test
    void readsKernelAndModuleSymbols() throws IOException {
        KallsymsFile file = file("""
                ffffffff81000000 T _text
                ffffffff81000100 t twice
                ffffffffc0001000 t twice\t[my_module]
                ffffffffc0002000 t bpf_prog_6deef7357e7b4530_x\t[bpf]
                nonsense
                ffffffff81zzzzzz T bad
                """);
        assertThat(file.byName(Set.of("twice", "absent", "bad")))
                .containsExactly(
                        new Symbol(0xffffffff81000100L, "twice", "", 't'),
                        new Symbol(0xffffffffc0001000L, "twice", "my_module", 't'));
        assertThat(file.fault()).isEmpty();
    }

    @Test
    void zerosAreNoAddresses() throws IOException {
        KallsymsFile file = file("0000000000000000 T _text\n0000000000000000 t twice\n");
        assertThat(file.byName(Set.of("_text"))).isEmpty();
        assertThat(file.fault()).hasValueSatisfying(fault -> assertThat(fault).contains("kptr_restrict"));
    }

    /** A list that is not read to its end would say of what it leaves out that it is not there. */
    @Test
    void isReadToItsEnd() throws IOException {
        Path list = folder.resolve("kallsyms");
        try (BufferedWriter writer = Files.newBufferedWriter(list)) {
            for (int line = 0; line < 4_000_001; line++) {
                writer.write("1 t x\n");
            }
            writer.write("ffffffff81000000 T last\n");
        }
        assertThat(new KallsymsFile(list).byName(Set.of("last"))).hasSize(1);
    }

    @Test
    void saysThatItIsMissing() {
        assertThat(new KallsymsFile(folder.resolve("none")).fault())
                .hasValueSatisfying(fault -> assertThat(fault).contains("cannot be read"));
    }

    private KallsymsFile file(String content) throws IOException {
        return new KallsymsFile(Files.writeString(folder.resolve("kallsyms"), content));
    }
}
