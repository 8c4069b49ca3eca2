// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.nio.file.Path;
import java.util.Optional;

/**
 * BTF to relocate an asset against.
 *
 * @param source where the BTF comes from
 * @param file file for libbpf's option {@code btf_custom_path}; empty for the running kernel's own BTF
 */
public record BtfOptions(BtfSource source, Optional<Path> file) {}
