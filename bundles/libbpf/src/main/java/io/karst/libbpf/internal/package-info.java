/** libbpf through jnr-ffi. Pointers, descriptors and errno numbers do not leave this package. */
@NullMarked
package io.karst.libbpf.internal;

import org.jspecify.annotations.NullMarked;
