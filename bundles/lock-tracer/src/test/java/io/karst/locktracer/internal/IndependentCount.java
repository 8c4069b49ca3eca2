// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfLink;
import io.karst.bpf.BpfObject;
import io.karst.bpf.ObjectSpec;
import io.karst.testing.ClasspathAssets;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Ends of waits on one lock, counted by a program that shares nothing with those of Karst. */
final class IndependentCount implements AutoCloseable {
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private final BpfObject object;
    private final BpfLink link;

    IndependentCount(Bpf bpf, long lock) {
        object = bpf.load(ObjectSpec.of(
                ClasspathAssets.read("contention_count", "/contention_count.bpf.o"),
                new BtfOptions(BtfSource.KERNEL, Optional.empty())));
        object.map("watched")
                .update(
                        FIRST,
                        ByteBuffer.allocate(Long.BYTES)
                                .order(ByteOrder.nativeOrder())
                                .putLong(lock)
                                .array());
        link = object.program("count_end").attach();
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
