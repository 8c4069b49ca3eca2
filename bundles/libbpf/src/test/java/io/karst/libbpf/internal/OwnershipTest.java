// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfMap;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.DirectoryClaim;
import io.karst.bpf.MapSpec;
import io.karst.bpf.ObjectSpec;
import io.karst.bpf.TestRun;
import io.karst.testing.BpfDescriptors;
import io.karst.testing.Freed;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is left: descriptors, mappings and pins, on good paths and on failing ones. */
@Tag("kernel")
class OwnershipTest {
    private static final Path BPFFS = Path.of("/sys/fs/bpf");

    private final NativeLibraries natives = NativeLibraries.load(NativeLibraries.LIBBPF);
    private final NativeBpf bpf = new NativeBpf(natives, Credentials.ofThisProcess(), 1 << 20);
    private final Path pin =
            BPFFS.resolve("karst_test_" + ProcessHandle.current().pid());
    private List<String> before = List.of();

    @BeforeEach
    void count() {
        before = BpfDescriptors.open();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        bpf.close();
        Files.deleteIfExists(pin);
        assertThat(BpfDescriptors.open()).isEqualTo(before);
    }

    @Test
    @Tag("volume")
    void fiftyRoundsOfEverythingLeaveNothing() {
        long logs = TestObjects.mappings("bpf-map");
        for (int round = 0; round < 50; round++) {
            try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
                object.program("on_raw").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
                object.map("counters").mmap(true).close();
                object.program("on_rename").attach().close();
                bpf.mapById(object.map("numbers").info().id()).orElseThrow().close();
            }
        }
        assertThat(TestObjects.mappings("bpf-map")).isEqualTo(logs);
    }

    @Test
    @Tag("volume")
    void fiftyFailedLoadsLeaveNothing() {
        for (int round = 0; round < 50; round++) {
            assertThatExceptionOfType(BpfException.class).isThrownBy(() -> bpf.load(TestObjects.spec("refused")));
        }
    }

    @Test
    void walkingEverythingLeavesNothing() {
        for (Bpf.Type type : Bpf.Type.values()) {
            for (var id = bpf.nextId(type, 0); id.isPresent(); id = bpf.nextId(type, id.getAsInt())) {
                openAndClose(type, id.getAsInt());
            }
        }
    }

    private void openAndClose(Bpf.Type type, int id) {
        if (type == Bpf.Type.MAP) {
            bpf.mapById(id).ifPresent(BpfMap::close);
        } else {
            bpf.programById(id).ifPresent(BpfProgram::close);
        }
    }

    @Test
    void aPinnedMapComesBack() throws IOException {
        int id;
        try (BpfMap map = bpf.createMap(new MapSpec("array", "pinned", 4, 8, 1, 0))) {
            id = map.info().id();
            map.update(TestObjects.u32(0), TestObjects.u64(99));
            map.pin(pin);
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(() -> map.pin(pin))
                    .withMessageContaining("EEXIST");
        }
        try (BpfMap again = bpf.pinnedMap(pin)) {
            assertThat(again.info().id()).isEqualTo(id);
            assertThat(again.lookup(TestObjects.u32(0))).hasValue(TestObjects.u64(99));
        }
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.pinnedLink(pin))
                .withMessage(pin + " is a pinned bpf-map, not bpf-link");
        Files.delete(pin);
        Freed.awaitMap(bpf, id);
    }

    @Test
    void aPinnedLinkStaysAttachedUntilUnpinned() throws IOException {
        int id;
        try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
            try (BpfLink link = object.program("on_rename").attach()) {
                link.pin(pin);
                id = link.info().id();
            }
        }
        assertThat(bpf.linkInfo(id)).isPresent();
        try (BpfLink again = bpf.pinnedLink(pin)) {
            assertThat(again.info().id()).isEqualTo(id);
            Files.delete(pin);
            assertThat(bpf.linkInfo(id)).isPresent();
        }
        Freed.awaitLink(bpf, id);
    }

    @Test
    void anObjectCountsInAPinnedMapOfAnother() throws IOException {
        try (BpfObject first = bpf.load(TestObjects.spec("sample"))) {
            first.map("counters").pin(pin);
        }
        int id;
        ObjectSpec reusing = TestObjects.spec("sample").reuse(Map.of("counters", pin));
        try (BpfObject second = bpf.load(reusing)) {
            id = second.map("counters").info().id();
            second.program("on_raw").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
        }
        try (BpfMap counters = bpf.pinnedMap(pin)) {
            assertThat(counters.info().id()).isEqualTo(id);
            assertThat(counters.lookup(TestObjects.u32(0))).hasValue(TestObjects.u64(1));
        }
        Files.delete(pin);
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.load(reusing))
                .withMessageContaining("ENOENT");
        Freed.awaitMap(bpf, id);
    }

    @Test
    void oneAtATimeHasADirectory() {
        DirectoryClaim claim = bpf.claim(BPFFS).orElseThrow();
        assertThat(bpf.claim(BPFFS)).isEmpty();
        claim.close();
        claim.close();
        bpf.claim(BPFFS).orElseThrow().close();
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.claim(BPFFS.resolve("karst_no_such_directory")))
                .withMessageContaining("ENOENT");
    }

    @Test
    void namesTheRemedyForAPinOutsideABpfFileSystem() {
        try (BpfMap map = bpf.createMap(new MapSpec("array", "pinned", 4, 8, 1, 0))) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(() -> map.pin(Path.of("/run/karst_test")))
                    .withMessageContaining("/run has to be a directory of a BPF file system (mount -t bpf bpf");
        }
        assertThatExceptionOfType(BpfException.class)
                .isThrownBy(() -> bpf.pinnedMap(BPFFS.resolve("karst_none")))
                .satisfies(e -> assertThat(e.errorName()).isEqualTo("ENOENT"));
    }

    /** One call fails with ENOMEM; whatever was opened before it has to be closed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bpf_obj_get_info_by_fd",
                "bpf_iter_create",
                "bpf_link_create",
                "bpf_prog_test_run_opts",
                "bpf_object__load",
                "bpf_map_create"
            })
    void aFailingCallLeavesNothing(String call) {
        LibBpf failing = (LibBpf) Proxy.newProxyInstance(
                LibBpf.class.getClassLoader(), new Class<?>[] {LibBpf.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        return -Errno.ENOMEM;
                    }
                    try {
                        return method.invoke(natives.bpf(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        NativeLibraries wrapped = new NativeLibraries(failing, natives.c(), natives.runtime(), natives.lastError());
        try (NativeBpf broken = new NativeBpf(wrapped, Credentials.ofThisProcess(), 1 << 20);
                BpfMap there = bpf.createMap(new MapSpec("array", "there", 4, 8, 1, 0))) {
            List<Runnable> uses = List.of(
                    () -> broken.createMap(new MapSpec("array", "failing", 4, 8, 1, 0))
                            .close(),
                    () -> broken.mapById(there.info().id()).ifPresent(BpfMap::close),
                    () -> useSample(broken),
                    () -> useIterator(broken));
            long failed = uses.stream().filter(use -> failsWithEnomem(use)).count();
            assertThat(failed).isPositive();
        }
    }

    private static void useSample(NativeBpf bpf) {
        try (BpfObject object = bpf.load(TestObjects.spec("sample"))) {
            object.map("numbers").info();
            object.program("on_raw").testRun(TestRun.withContext(TestObjects.u64(1, 2)));
        }
    }

    private static void useIterator(NativeBpf bpf) {
        try (BpfObject object = bpf.load(TestObjects.spec("iterator"))) {
            object.program("write_maps").iterate(buffer -> buffer.position(buffer.limit()));
        }
    }

    private static boolean failsWithEnomem(Runnable use) {
        try {
            use.run();
            return false;
        } catch (BpfException e) {
            assertThat(e.errorName()).isEqualTo("ENOMEM");
            return true;
        }
    }

    @Test
    void aConsumerThatThrowsLeavesNothing() {
        try (BpfObject object = bpf.load(TestObjects.spec("iterator"))) {
            BpfProgram program = object.program("write_maps");
            assertThatExceptionOfType(ArithmeticException.class)
                    .isThrownBy(() -> program.iterate(buffer -> {
                        throw new ArithmeticException("consumer");
                    }));
        }
    }
}
