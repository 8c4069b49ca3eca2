// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

/**
 * BPF objects, maps, programs, links and iterators as owned handles; no pointer, descriptor or errno passes here.
 */
@Export
@NullMarked
@Version("1.0.0")
package io.karst.bpf;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
