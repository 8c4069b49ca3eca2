// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

/**
 * A link as the kernel describes it.
 *
 * @param id link id
 * @param programId id of the attached program
 */
public record LinkInfo(int id, int programId) {}
