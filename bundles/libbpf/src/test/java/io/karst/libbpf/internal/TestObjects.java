// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.asset.BtfOptions;
import io.karst.asset.BtfSource;
import io.karst.asset.CoreAsset;
import io.karst.bpf.ObjectSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** The compiled objects of src/test/c, and counts of what this process holds. */
final class TestObjects {
    static final BtfOptions KERNEL_BTF = new BtfOptions(BtfSource.KERNEL, Optional.empty());

    private TestObjects() {}

    static byte[] bytes(String name) {
        try (InputStream in = TestObjects.class.getResourceAsStream("/" + name + ".bpf.o")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static CoreAsset asset(String name) {
        return asset(name, bytes(name));
    }

    static CoreAsset asset(String name, byte[] content) {
        return new CoreAsset(name, "test", "0".repeat(64), content);
    }

    static ObjectSpec spec(String name) {
        return ObjectSpec.of(asset(name), KERNEL_BTF);
    }

    static byte[] u32(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.nativeOrder());
        buffer.asIntBuffer().put(values);
        return buffer.array();
    }

    static byte[] u64(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
        buffer.asLongBuffer().put(values);
        return buffer.array();
    }

    static long u64(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getLong();
    }

    /** Lines of this process's memory map that contain a text. */
    static long mappings(String text) {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(text)).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
