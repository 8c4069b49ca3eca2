// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class NativeObjectTest {
    private final NativeBpf bpf = new NativeBpf();

    @AfterEach
    void close() {
        bpf.close();
    }

    private BpfObject open(String name) {
        return bpf.open(TestObjects.asset(name), TestObjects.KERNEL_BTF);
    }

    @Test
    void listsMapsAndProgramsInFileOrder() {
        try (BpfObject object = open("sample")) {
            assertThat(object.mapNames()).startsWith("counters", "numbers");
            assertThat(object.programNames()).containsExactly("on_raw", "on_syscall", "on_packet", "on_rename");
        }
    }

    @Test
    void settingsReachTheProgram() {
        try (BpfObject object = open("sample")) {
            object.setReadOnlyVariable("small_setting", 0xff);
            object.setReadOnlyVariable("short_setting", 1000);
            object.setReadOnlyVariable("setting", 0xffff_ffffL);
            object.setReadOnlyVariable("large_setting", 1L << 40);
            object.load();
            object.program("on_syscall").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
            byte[] sum = object.map("counters").lookup(TestObjects.u32(3)).orElseThrow();
            // the C expression adds 32-bit values first
            assertThat(TestObjects.u64(sum)).isEqualTo(((0xffL + 1000 + 0xffff_ffffL) & 0xffff_ffffL) + (1L << 40));
        }
    }

    @Test
    void refusesSettingsThatDoNotFit() {
        try (BpfObject object = open("sample")) {
            assertThatThrownBy(() -> object.setReadOnlyVariable("small_setting", 256))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("sample: small_setting=256 does not fit its 1 bytes");
            assertThatThrownBy(() -> object.setReadOnlyVariable("text_setting", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("12 bytes");
            assertThatThrownBy(() -> object.setReadOnlyVariable("nothing", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("sample has no const volatile variable nothing");
        }
    }

    @Test
    void setsSizesAndLeavesProgramsOut() {
        try (BpfObject object = open("sample")) {
            object.setMaxEntries("numbers", 100);
            object.setAutoload("on_packet", false);
            object.load();
            assertThat(object.map("numbers").info().maxEntries()).isEqualTo(100);
            assertThatThrownBy(() -> object.program("on_packet"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("left out");
        }
    }

    @Test
    void namesWhatIsThereWhenANameIsUnknown() {
        try (BpfObject object = open("sample")) {
            assertThatThrownBy(() -> object.setMaxEntries("none", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sample has no map none, only [counters, numbers");
            assertThatThrownBy(() -> object.setAutoload("none", true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sample has no program none, only [on_raw");
            assertThatThrownBy(() -> object.map("counters")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void keepsTheVerifiersLog() {
        try (BpfObject object = open("refused")) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(object::load)
                    .satisfies(e -> {
                        assertThat(e.call()).isEqualTo("bpf_object__load");
                        assertThat(e.object()).isEqualTo("refused");
                        assertThat(e.errorName()).isEqualTo("EACCES");
                        assertThat(e.verifierLog()).contains("invalid mem access 'map_value_or_null'", "processed");
                        assertThat(e)
                                .hasMessageStartingWith("bpf_object__load(refused) failed with EACCES")
                                .hasMessageContaining("invalid mem access 'map_value_or_null'")
                                .hasMessageNotContaining("processed");
                    });
            assertThatThrownBy(object::load).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void growsTheRoomForTheLogAndKeepsTheSettings() {
        Natives natives = Natives.load(Natives.LIBBPF);
        // The least room that kernels before 6.4 accept: less is EINVAL there (bpf_verifier_log_attr_valid).
        try (NativeBpf small = new NativeBpf(natives, Capabilities.ofThisProcess(), 128);
                BpfObject object = small.open(TestObjects.asset("refused"), TestObjects.KERNEL_BTF)) {
            object.setMaxEntries("numbers", 5);
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(object::load)
                    .satisfies(e -> {
                        assertThat(e.errorName()).isEqualTo("EACCES");
                        assertThat(e.verifierLog())
                                .contains("reads_null(void *ctx)", "invalid mem access", "processed");
                    });
        }
    }

    @Test
    void opensAFileUnderItsBaseName(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("sample.bpf.o"), TestObjects.bytes("sample"));
        try (BpfObject object = bpf.open(file, TestObjects.KERNEL_BTF)) {
            object.load();
            assertThat(object.program("on_raw").info().name()).isEqualTo("on_raw");
        }
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.open(folder.resolve("none.o"), TestObjects.KERNEL_BTF))
                .withMessageContaining("none.o");
    }

    @Test
    void refusesDamagedBtfInOneLine(@TempDir Path folder) throws IOException {
        Path damaged = Files.write(folder.resolve("damaged.btf"), new byte[] {(byte) 0x9f, (byte) 0xeb, 1, 0, 24, 0});
        BtfOptions custom = new BtfOptions(BtfSource.CUSTOM, Optional.of(damaged));
        try (BpfObject object = bpf.open(TestObjects.asset("iterator"), custom)) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(object::load)
                    .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                    .withMessageContaining("BTF");
        }
    }

    @Test
    void loadsAgainstAGivenBtfFile() {
        BtfOptions custom = new BtfOptions(BtfSource.CUSTOM, Optional.of(Path.of("/sys/kernel/btf/vmlinux")));
        try (BpfObject object = bpf.open(TestObjects.asset("iterator"), custom)) {
            object.load();
            assertThat(object.program("write_maps").info().id()).isPositive();
        }
    }

    @Test
    void nothingWorksAfterClose() {
        BpfObject object = open("sample");
        object.load();
        BpfMap map = object.map("numbers");
        BpfProgram program = object.program("on_raw");
        map.close();
        assertThat(map.info().name()).as("the object owns its maps").isEqualTo("numbers");
        object.close();
        object.close();
        assertThatThrownBy(map::info).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(program::info).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(program::attach).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(object::mapNames).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> object.map("numbers")).isInstanceOf(IllegalStateException.class);
    }
}
