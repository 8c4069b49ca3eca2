// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

/**
 * A BTF object in the kernel.
 *
 * @param id BTF id
 * @param name {@code vmlinux}, a module's name, or empty for a program's
 * @param size bytes of raw BTF
 * @param kernelBtf whether it describes the kernel or a module
 */
public record BtfInfo(int id, String name, long size, boolean kernelBtf) {}
