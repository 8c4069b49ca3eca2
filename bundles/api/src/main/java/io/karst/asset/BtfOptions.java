// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The BTF that an asset is to be relocated against.
 *
 * @param source which source it came from
 * @param file file to give to libbpf as {@code btf_custom_path}; empty for the running kernel's own BTF
 */
public record BtfOptions(BtfSource source, Optional<Path> file) {}
