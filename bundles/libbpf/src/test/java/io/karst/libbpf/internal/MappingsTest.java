// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.bpf.BpfMap;
import io.karst.bpf.MapSpec;
import io.karst.bpf.MappedMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class MappingsTest {
    private static final int MMAPABLE = 1 << 10;

    /** Each closed memory keeps its addresses until it is collected; then they go, without a thread of ours. */
    @Test
    void addressesAreGivenBackOnceUnreachable() {
        NativeLibraries natives = NativeLibraries.load(NativeLibraries.LIBBPF);
        LibbpfContext context = new LibbpfContext(
                natives,
                new LibbpfLog(natives, System::nanoTime),
                new Mappings(natives.c()),
                FreedMemory.of(NativeLibraries.glibc()),
                Runtime.getRuntime().availableProcessors());
        mapAndClose(context); // jnr-ffi starts its own thread with the first call
        int threads = Thread.activeCount();
        for (int i = 0; i < 20; i++) {
            mapAndClose(context);
        }
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (context.mappings().mapped.size() > 0 && Instant.now().isBefore(end)) {
            System.gc(); // not a guarantee, so asked for again
            LockSupport.parkNanos(1_000_000);
            context.mappings().sweep();
        }
        assertThat(context.mappings().mapped.size()).isZero();
        assertThat(Thread.activeCount()).isEqualTo(threads);
    }

    private static void mapAndClose(LibbpfContext context) {
        try (NativeBpf bpf = new NativeBpf();
                BpfMap map = bpf.createMap(new MapSpec("array", "karst_test", 4, 8, 512, MMAPABLE));
                BpfMap same = NativeMap.opened(
                        context, context.bpf().bpf_map_get_fd_by_id(map.info().id()), "same");
                MappedMemory memory = same.mmap(true)) {
            memory.putLong(0, 1);
        }
    }
}
