// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

/**
 * A map to create.
 *
 * @param type type as bpftool writes it, such as {@code lru_hash}
 * @param name up to 15 letters, digits, {@code _} or {@code .}
 * @param keySize bytes
 * @param valueSize bytes
 * @param maxEntries most entries
 * @param flags BPF_F_* flags
 */
public record MapSpec(String type, String name, int keySize, int valueSize, int maxEntries, int flags) {}
