// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

/**
 * Identifies a map, even after a later one got the same id or the same address.
 *
 * @param id map id
 * @param address kernel address of its {@code struct bpf_map}
 */
public record MapKey(int id, long address) {}
