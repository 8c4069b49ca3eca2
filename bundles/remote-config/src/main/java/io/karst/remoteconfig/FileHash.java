// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/**
 * One digest of a file.
 *
 * @param algorithm as in the metadata, such as {@code sha256}
 * @param hash lower-case hexadecimal
 */
public record FileHash(String algorithm, String hash) {}
