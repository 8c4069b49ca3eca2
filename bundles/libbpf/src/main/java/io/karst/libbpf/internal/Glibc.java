// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

/** Functions of glibc that other libcs lack, named as in C. Public because jnr-ffi generates an implementation. */
@SuppressWarnings("checkstyle:MissingJavadocMethod")
public interface Glibc {
    int malloc_trim(long keep);
}
