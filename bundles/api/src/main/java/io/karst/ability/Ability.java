// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.ability;

/**
 * One ability of the kernel or of this process, as probed.
 *
 * @param ability short stable name, such as {@code iter/bpf_map}
 * @param answer whether it is there
 * @param evidence what was tried and what came of it; if the answer is not known, why
 * @param effect what it costs Karst when it is missing
 * @param remedy what the operator can do; empty when it is there
 */
public record Ability(String ability, Answer answer, String evidence, String effect, String remedy) {

    /** An ability of which it is known whether it is there. */
    public Ability(String ability, boolean present, String evidence, String effect, String remedy) {
        this(ability, Answer.of(present), evidence, effect, remedy);
    }

    /** Whether it is known to be there. */
    public boolean present() {
        return answer == Answer.YES;
    }
}
