// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * BPF objects, maps, programs and links as handles that are closed by their owner, without pointers, descriptors and errno
 * numbers.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.bpf;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
