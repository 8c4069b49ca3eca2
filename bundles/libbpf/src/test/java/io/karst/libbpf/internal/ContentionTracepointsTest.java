// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.karst.bpf.BpfException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentionTracepointsTest {

    @TempDir
    private Path folder;

    @Test
    void acceptsAKernelThatHasBoth() throws IOException {
        Path btf = btf("btf_trace_contention_begin", "btf_trace_contention_end");
        assertThatCode(() -> ContentionTracepoints.require(btf, "6.1.0")).doesNotThrowAnyException();
    }

    @Test
    void namesTheTracepointsAndTheLeastKernel() throws IOException {
        for (Path btf : new Path[] {btf("btf_trace_sched_switch"), btf("btf_trace_contention_begin")}) {
            assertThatExceptionOfType(BpfException.class)
                    .isThrownBy(() -> ContentionTracepoints.require(btf, "5.10.0-32-amd64"))
                    .withMessage("this kernel (5.10.0-32-amd64) has no tracepoints lock:contention_begin and"
                            + " lock:contention_end, without which no wait on a lock can be seen: run Linux 5.19 or"
                            + " later");
        }
    }

    @Test
    void doesNotJudgeAKernelWithoutBtf() throws IOException {
        Path damaged = Files.write(folder.resolve("damaged"), new byte[] {1, 2, 3});
        assertThatCode(() -> ContentionTracepoints.require(damaged, "6.1.0")).doesNotThrowAnyException();
        assertThatCode(() -> ContentionTracepoints.require(folder.resolve("none"), "6.1.0"))
                .doesNotThrowAnyException();
    }

    /** BTF with nothing but type definitions of these names. */
    private Path btf(String... names) throws IOException {
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        strings.write(0);
        ByteBuffer types = ByteBuffer.allocate(12 * names.length).order(ByteOrder.nativeOrder());
        for (String name : names) {
            types.putInt(strings.size()).putInt(KernelBtf.TYPEDEF << 24).putInt(0);
            strings.write(name.getBytes(StandardCharsets.UTF_8));
            strings.write(0);
        }
        ByteBuffer all =
                ByteBuffer.allocate(24 + types.capacity() + strings.size()).order(ByteOrder.nativeOrder());
        all.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
        all.putInt(0).putInt(types.capacity()).putInt(types.capacity()).putInt(strings.size());
        all.put(types.array()).put(strings.toByteArray());
        return Files.write(folder.resolve("btf-" + names.length + "-" + names[0]), all.array());
    }
}
