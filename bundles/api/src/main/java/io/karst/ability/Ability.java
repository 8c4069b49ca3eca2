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
 * @param need how much Karst needs it
 */
public record Ability(String ability, Answer answer, String evidence, String effect, String remedy, Need need) {

    /** How much Karst needs an ability. */
    public enum Need {
        /** A stage waits without it. */
        REQUIRED,
        /** Something is not measured or not shown without it. */
        USEFUL,
        /** Nothing; it explains other answers. */
        NONE
    }

    /** A useful ability. */
    public Ability(String ability, Answer answer, String evidence, String effect, String remedy) {
        this(ability, answer, evidence, effect, remedy, Need.USEFUL);
    }

    /** A useful ability of which it is known whether it is there. */
    public Ability(String ability, boolean present, String evidence, String effect, String remedy) {
        this(ability, Answer.of(present), evidence, effect, remedy);
    }

    /** The same ability, needed more or less. */
    public Ability with(Need other) {
        return new Ability(ability, answer, evidence, effect, remedy, other);
    }

    /** Whether it is known to be there. */
    public boolean present() {
        return answer == Answer.YES;
    }

    /** Whether it is needed and not known to be there. */
    public boolean matters() {
        return need != Need.NONE && !present();
    }
}
