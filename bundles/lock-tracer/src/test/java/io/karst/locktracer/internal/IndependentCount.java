// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Ends of waits on one lock, counted by a program that shares nothing with those of Karst. */
final class IndependentCount implements AutoCloseable {
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final BpfObject object;
    private final BpfLink link;

    IndependentCount(Bpf bpf, long lock) throws IOException, InterruptedException {
        object = bpf.open(compiled(), new BtfOptions(BtfSource.KERNEL, Optional.empty()));
        object.load();
        object.map("watched")
                .update(
                        FIRST,
                        ByteBuffer.allocate(Long.BYTES)
                                .order(ByteOrder.nativeOrder())
                                .putLong(lock)
                                .array());
        link = object.program("count_end").attach();
    }

    private static Path compiled() throws IOException, InterruptedException {
        Path source = Path.of("src", "test", "c", "contention_count.bpf.c").toAbsolutePath();
        Path include = Path.of("..", "..", "bpf", "include").toAbsolutePath().normalize();
        Path compiled = Path.of("target", "contention_count.bpf.o").toAbsolutePath();
        Process clang = new ProcessBuilder(
                        "clang",
                        "-O2",
                        "-g",
                        "-target",
                        "bpf",
                        "-I" + include,
                        "-c",
                        source.toString(),
                        "-o",
                        compiled.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(clang.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (clang.waitFor() != 0 || !Files.exists(compiled)) {
            throw new IllegalStateException("clang: " + output);
        }
        return compiled;
    }

    long count() {
        byte[] value = object.map("ends").lookup(FIRST).orElseThrow();
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }

    @Override
    public void close() {
        link.close();
        object.close();
    }
}
