// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.bpf.LinkInfo;
import io.karst.bpf.MapInfo;
import io.karst.bpf.ProgramInfo;
import io.karst.component.KernelText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import jnr.ffi.Pointer;

/**
 * BPF_OBJ_GET_INFO_BY_FD. Offsets are those of {@code struct bpf_map_info}, {@code bpf_prog_info} and {@code bpf_link_info}
 * in uapi {@code linux/bpf.h}, which grow only at the end. The buffer is larger than all of them; the kernel accepts that if
 * the rest is zero.
 */
final class ObjectInfo {
    private static final int BYTES = 512;
    private static final int NAME_BYTES = 16;

    private static final int PROG_MAP_COUNT = 52;
    private static final int PROG_MAPS = 56;
    private static final int PROG_NAME = 64;
    private static final int PROG_RUN_NANOS = 192;
    private static final int PROG_RUNS = 200;
    private static final int PROG_RECURSION_MISSES = 208;

    private final NativeLibraries libraries;

    ObjectInfo(NativeLibraries libraries) {
        this.libraries = libraries;
    }

    MapInfo map(int descriptor, String what) {
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            Pointer info = read(memory, descriptor, what);
            return new MapInfo(
                    info.getInt(4),
                    info.getInt(0),
                    MapTypes.name(info.getInt(0)),
                    text(info, 24, NAME_BYTES),
                    info.getInt(8),
                    info.getInt(12),
                    Integer.toUnsignedLong(info.getInt(16)),
                    Integer.toUnsignedLong(info.getInt(20)),
                    memoryOf(descriptor));
        }
    }

    ProgramInfo program(int descriptor, String what) {
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            int room = read(memory, descriptor, what).getInt(PROG_MAP_COUNT);
            Pointer info = memory.zeroed(BYTES);
            Pointer ids = memory.zeroed(Math.max(room, 1) * Integer.BYTES);
            if (room > 0) {
                info.putInt(PROG_MAP_COUNT, room);
                info.putPointer(PROG_MAPS, ids);
            }
            fill(info, descriptor, what);
            // the program may have been bound to another map between the two calls: read only the ids that fit
            int maps = Math.min(room, info.getInt(PROG_MAP_COUNT));
            List<Integer> mapIds = IntStream.range(0, maps)
                    .map(i -> ids.getInt((long) i * Integer.BYTES))
                    .boxed()
                    .toList();
            return new ProgramInfo(
                    info.getInt(4),
                    info.getInt(0),
                    text(info, PROG_NAME, NAME_BYTES),
                    mapIds,
                    info.getLong(PROG_RECURSION_MISSES),
                    info.getLong(PROG_RUNS),
                    info.getLong(PROG_RUN_NANOS));
        }
    }

    LinkInfo link(int descriptor, String what) {
        try (CallMemory memory = new CallMemory(libraries.runtime())) {
            Pointer info = read(memory, descriptor, what);
            return new LinkInfo(info.getInt(4), info.getInt(8));
        }
    }

    private Pointer read(CallMemory memory, int descriptor, String what) {
        Pointer info = memory.zeroed(BYTES);
        fill(info, descriptor, what);
        return info;
    }

    private void fill(Pointer info, int descriptor, String what) {
        int[] length = {BYTES};
        libraries.check(
                libraries.bpf().bpf_obj_get_info_by_fd(descriptor, info, length), "bpf_obj_get_info_by_fd", what);
    }

    private static String text(Pointer at, int offset, int most) {
        byte[] field = new byte[most];
        at.get(offset, field, 0, most);
        return KernelText.read(ByteBuffer.wrap(field), 0, most);
    }

    /** Memory that the map has allocated: line {@code memlock: N} of the descriptor's fdinfo. */
    private static long memoryOf(int descriptor) {
        try {
            return Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(descriptor))).stream()
                    .filter(line -> line.startsWith("memlock:"))
                    .mapToLong(line ->
                            Long.parseLong(line.substring("memlock:".length()).strip()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | NumberFormatException e) {
            return 0; // not known, see MapInfo
        }
    }
}
