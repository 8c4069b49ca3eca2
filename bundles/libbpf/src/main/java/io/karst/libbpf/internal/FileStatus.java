// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import jnr.ffi.Runtime;

/**
 * What an open descriptor is, by statx(2), whose struct is the same on every architecture.
 *
 * @param mode {@code stx_mode}
 * @param owner {@code stx_uid}
 * @param size {@code stx_size}, bytes
 */
record FileStatus(int mode, int owner, long size) {
    private static final int BYTES = 256;
    private static final int AT_EMPTY_PATH = 0x1000;

    /** {@code STATX_BASIC_STATS}. */
    private static final int BASIC = 0x7ff;

    private static final int UID = 20;
    private static final int MODE = 28;
    private static final int SIZE = 40;

    private static final int KIND_MASK = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int LINK = 0120000;

    static FileStatus of(LibC c, Runtime runtime, int descriptor, Path file) throws IOException {
        byte[] bytes = new byte[BYTES];
        if (c.statx(descriptor, "", AT_EMPTY_PATH, BASIC, bytes) != 0) {
            throw failed("stat", file, runtime.getLastError());
        }
        ByteBuffer status = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return new FileStatus(Short.toUnsignedInt(status.getShort(MODE)), status.getInt(UID), status.getLong(SIZE));
    }

    /** The exception that Java's own file classes throw for such an error. */
    static IOException failed(String call, Path file, int errno) {
        return switch (Errno.name(errno)) {
            case "ENOENT", "ENOTDIR" -> new NoSuchFileException(file.toString(), null, "there is no such file");
            case "EACCES", "EPERM" -> new AccessDeniedException(file.toString(), null, "this process may not read it");
            default -> new IOException(call + "(" + file + ") failed with " + Errno.name(errno));
        };
    }

    boolean isRegular() {
        return (mode & KIND_MASK) == REGULAR;
    }

    boolean isDirectory() {
        return (mode & KIND_MASK) == DIRECTORY;
    }

    boolean isLink() {
        return (mode & KIND_MASK) == LINK;
    }

    boolean isWritableByOthers() {
        return (mode & 022) != 0;
    }

    int permissions() {
        return mode & 07777;
    }

    String kind() {
        return switch (mode & KIND_MASK) {
            case REGULAR -> "a regular file";
            case DIRECTORY -> "a directory";
            case LINK -> "a symbolic link";
            case 0010000 -> "a pipe";
            case 0140000 -> "a socket";
            default -> "a device";
        };
    }
}
