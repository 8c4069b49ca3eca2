// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.ability;

/**
 * One ability of the kernel or of this process, as probed.
 *
 * @param ability short stable name, such as {@code iter/bpf_map}
 * @param present whether the probe succeeded
 * @param evidence what was tried and what came of it
 * @param effect what it costs Karst when it is missing
 * @param remedy what the operator can do; empty when present
 */
public record Ability(String ability, boolean present, String evidence, String effect, String remedy) {}
