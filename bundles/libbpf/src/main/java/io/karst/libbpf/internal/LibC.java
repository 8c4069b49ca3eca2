// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;

/** The few calls of libc that Java has no equal for, named as in C. Public because jnr-ffi generates its code beside. */
@SuppressWarnings({"checkstyle:MissingJavadocMethod", "checkstyle:ParameterNumber"})
public interface LibC {
    int open(String path, int flags);

    int close(int descriptor);

    long read(int descriptor, Pointer into, long count);

    int flock(int descriptor, int operation);

    int getpagesize();

    /** With a long as address, six numbers, jnr-ffi 2.3.4's generated stub hands over a wrong sixth. */
    long mmap(@Nullable Pointer address, long length, int protection, int flags, int descriptor, long offset);

    int munmap(long address, long length);

    int vsnprintf(Pointer into, long size, Pointer format, Pointer arguments);
}
