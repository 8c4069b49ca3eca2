// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.BpfException;
import io.karst.bpf.BpfMap;
import io.karst.bpf.MapInfo;
import io.karst.bpf.MappedMemory;
import java.nio.file.Path;
import java.util.Optional;

/** A map of an object, or a map created or opened by id or path. */
final class NativeMap implements BpfMap {
    private static final int FLAG_MMAPABLE = 1 << 10;

    private final LibbpfContext context;
    private final Lifetime lifetime;
    private final boolean ownsLifetime;
    private final int descriptor;
    private final MapInfo shape;
    private final String what;

    private NativeMap(LibbpfContext context, Lifetime lifetime, boolean ownsLifetime, int descriptor, MapInfo shape) {
        this.context = context;
        this.lifetime = lifetime;
        this.ownsLifetime = ownsLifetime;
        this.descriptor = descriptor;
        this.shape = shape;
        this.what = "map " + shape.id() + " " + shape.name();
    }

    /** A map that is closed with its object. */
    static NativeMap ofObject(LibbpfContext context, Lifetime object, int descriptor, String name) {
        MapInfo shape = new ObjectInfo(context.libraries()).map(descriptor, name);
        return new NativeMap(context, object, false, descriptor, shape);
    }

    /** Becomes the owner of a descriptor, and closes it if the map cannot be described. */
    static NativeMap opened(LibbpfContext context, int descriptor, String name) {
        MapInfo shape;
        try {
            shape = new ObjectInfo(context.libraries()).map(descriptor, name);
        } catch (BpfException e) {
            context.libraries().c().close(descriptor);
            throw e;
        }
        return new NativeMap(context, context.owning(descriptor, "map " + name), true, descriptor, shape);
    }

    @Override
    public MapInfo info() {
        lifetime.enter();
        try {
            return new ObjectInfo(context.libraries()).map(descriptor, what);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public Optional<byte[]> lookup(byte[] key) {
        requireKey(key);
        byte[] value = new byte[valueBytes()];
        lifetime.enter();
        try {
            int result = context.bpf().bpf_map_lookup_elem(descriptor, key.length == 0 ? null : key, value);
            return found(result, "bpf_map_lookup_elem") ? Optional.of(value) : Optional.empty();
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void update(byte[] key, byte[] value) {
        requireKey(key);
        if (value.length != valueBytes()) {
            throw new IllegalArgumentException(
                    what + ": value of " + value.length + " bytes, " + valueBytes() + " are needed");
        }
        lifetime.enter();
        try {
            int result = context.bpf().bpf_map_update_elem(descriptor, key.length == 0 ? null : key, value, 0);
            context.libraries().check(result, "bpf_map_update_elem", what);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public boolean delete(byte[] key) {
        requireKey(key);
        lifetime.enter();
        try {
            return found(context.bpf().bpf_map_delete_elem(descriptor, key), "bpf_map_delete_elem");
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public MappedMemory mmap(boolean writable) {
        if (shape.type() != MapTypes.ARRAY || (shape.flags() & FLAG_MMAPABLE) == 0) {
            throw new BpfException("EINVAL", what + " is no array made with BPF_F_MMAPABLE: it cannot be mapped");
        }
        lifetime.enter();
        try {
            long bytes = shape.maxEntries() * roundedTo8(shape.valueSize());
            return NativeMemory.map(context, descriptor, bytes, writable, what);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public void pin(Path path) {
        lifetime.enter();
        try {
            context.pin(descriptor, path, what);
        } finally {
            lifetime.leave();
        }
    }

    /** Does nothing for a map of an object: the object closes the map. */
    @Override
    public void close() {
        if (ownsLifetime) {
            lifetime.close();
        }
    }

    private boolean found(int result, String call) {
        if (result == -Errno.ENOENT) {
            return false;
        }
        context.libraries().check(result, call, what);
        return true;
    }

    private void requireKey(byte[] key) {
        if (key.length != shape.keySize()) {
            throw new IllegalArgumentException(
                    what + ": key of " + key.length + " bytes, " + shape.keySize() + " are needed");
        }
    }

    /** Size of the value that user space reads and writes for one key. */
    private int valueBytes() {
        return MapTypes.isPerCpu(shape.type())
                ? Math.multiplyExact((int) roundedTo8(shape.valueSize()), context.possibleCpus())
                : shape.valueSize();
    }

    private static long roundedTo8(int bytes) {
        return (bytes + 7L) & ~7L;
    }
}
