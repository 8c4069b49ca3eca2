// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import org.jspecify.annotations.Nullable;

/** Functions of libc that Java does not offer, named as in C. Public because jnr-ffi generates an implementation. */
@SuppressWarnings({"checkstyle:MissingJavadocMethod", "checkstyle:ParameterNumber"})
public interface LibC {
    int open(@In byte[] path, int flags);

    int close(int descriptor);

    long read(int descriptor, Pointer into, long count);

    long write(int descriptor, Pointer from, long count);

    int eventfd(int value, int flags);

    int poll(Pointer polled, long count, int timeoutMillis);

    /** With a pointer first, for the same reason as in {@link #mmap}. */
    long syscall(long number, Pointer first, long second, long third, long fourth, long fifth);

    int flock(int descriptor, int operation);

    int getpagesize();

    /** The address is a pointer because the stub of jnr-ffi 2.3.4 passes a wrong sixth argument if all six are numbers. */
    long mmap(@Nullable Pointer address, long length, int protection, int flags, int descriptor, long offset);

    int munmap(long address, long length);

    int vsnprintf(Pointer into, long size, Pointer format, Pointer arguments);
}
