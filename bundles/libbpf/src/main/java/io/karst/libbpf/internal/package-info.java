/** libbpf by jnr-ffi. Pointers, descriptors and errnos stay in here. */
@NullMarked
package io.karst.libbpf.internal;

import org.jspecify.annotations.NullMarked;
