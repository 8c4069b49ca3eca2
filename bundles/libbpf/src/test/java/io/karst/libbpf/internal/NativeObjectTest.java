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
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void listsMapsInFileOrder() {
        try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
            assertThat(object.mapNames()).startsWith("counters", "numbers");
        }
    }

    @Test
    void settingsReachTheProgram() {
        ObjectSpec spec = TestObjects.spec("sample")
                .constant("small_setting", 0xff)
                .constant("short_setting", 1000)
                .constant("setting", 0xffff_ffffL)
                .constant("large_setting", 1L << 40);
        try (BpfObject object = bpf.load(spec)) {
            object.program("on_syscall").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
            byte[] sum = object.map("counters").lookup(TestObjects.u32(3)).orElseThrow();
            // the C expression adds 32-bit values first
            assertThat(TestObjects.u64(sum)).isEqualTo(((0xffL + 1000 + 0xffff_ffffL) & 0xffff_ffffL) + (1L << 40));
        }
    }

    @Test
    void refusesSettingsThatDoNotFit() {
        assertThatThrownBy(() -> bpf.load(TestObjects.spec("sample").constant("small_setting", 256)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sample: small_setting=256 does not fit its 1 bytes");
        assertThatThrownBy(() -> bpf.load(TestObjects.spec("sample").constant("text_setting", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 bytes");
        assertThatThrownBy(() -> bpf.load(TestObjects.spec("sample").constant("nothing", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sample has no const volatile variable nothing");
        assertThatThrownBy(() -> TestObjects.spec("sample").entries("numbers", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("numbers: 0 entries are outside 1..4294967295");
    }

    @Test
    void setsSizesAndLeavesProgramsOut() {
        ObjectSpec spec = TestObjects.spec("sample").entries("numbers", 100).programs(List.of("on_raw", "on_rename"));
        try (BpfObject object = bpf.load(spec)) {
            assertThat(object.map("numbers").info().maxEntries()).isEqualTo(100);
            assertThat(object.program("on_rename").info().name()).isEqualTo("on_rename");
            assertThatThrownBy(() -> object.program("on_packet"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("left out");
        }
    }

    @Test
    void namesWhatIsThereWhenANameIsUnknown() {
        assertThatThrownBy(() -> bpf.load(TestObjects.spec("sample").entries("none", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sample has no map none, only [counters, numbers");
        assertThatThrownBy(() -> bpf.load(TestObjects.spec("sample").programs(List.of("none"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sample has no program none, only [on_raw, on_syscall, on_packet, on_rename]");
    }

    @Test
    void keepsTheVerifiersLog() {
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.load(TestObjects.spec("refused")))
                .satisfies(e -> {
                    assertThat(e.errorName()).isEqualTo("EACCES");
                    assertThat(e.verifierLog()).contains("invalid mem access 'map_value_or_null'", "processed");
                    assertThat(e)
                            .hasMessageStartingWith("bpf_object__load(refused) failed with EACCES")
                            .hasMessageContaining("invalid mem access 'map_value_or_null'")
                            .hasMessageNotContaining("processed");
                });
    }

    @Test
    void growsTheRoomForTheLogAndKeepsTheSettings() {
        NativeLibraries natives = NativeLibraries.load(NativeLibraries.LIBBPF);
        // The least room that kernels before 6.4 accept: less is EINVAL there (bpf_verifier_log_attr_valid).
        try (NativeBpf small = new NativeBpf(natives, Credentials.ofThisProcess(), 128)) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(() -> small.load(TestObjects.spec("refused").entries("numbers", 5)))
                    .satisfies(e -> {
                        assertThat(e.errorName()).isEqualTo("EACCES");
                        assertThat(e.verifierLog())
                                .contains("reads_null(void *ctx)", "invalid mem access", "processed");
                    });
        }
    }

    @Test
    void refusesDamagedBtfInOneLine(@TempDir Path folder) throws IOException {
        Path damaged = Files.write(folder.resolve("damaged.btf"), new byte[] {(byte) 0x9f, (byte) 0xeb, 1, 0, 24, 0});
        BtfOptions custom = new BtfOptions(BtfSource.CUSTOM, Optional.of(damaged));
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.load(ObjectSpec.of(TestObjects.asset("iterator"), custom)))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("\n"))
                .withMessageContaining("BTF");
    }

    @Test
    void loadsAgainstAGivenBtfFile() {
        BtfOptions custom = new BtfOptions(BtfSource.CUSTOM, Optional.of(Path.of("/sys/kernel/btf/vmlinux")));
        try (BpfObject object = bpf.load(ObjectSpec.of(TestObjects.asset("iterator"), custom))) {
            assertThat(object.program("write_maps").info().id()).isPositive();
        }
    }

    @Test
    void nothingWorksAfterClose() {
        BpfObject object = bpf.load(TestObjects.spec("sample"));
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
