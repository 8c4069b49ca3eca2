// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.libbpf.internal;

import io.karst.ability.Ability;
import io.karst.ability.Answer;

/**
 * What came of one look.
 *
 * @param answer whether the ability is there
 * @param evidence what was tried and what came of it; if the answer is not known, why
 * @param toKnow what to do so that the next look succeeds; empty unless the answer is not known
 */
record Finding(Answer answer, String evidence, String toKnow) {

    static Finding of(boolean present, String evidence) {
        return new Finding(Answer.of(present), evidence, "");
    }

    static Finding notKnown(String why, String toKnow) {
        return new Finding(Answer.NOT_KNOWN, why, toKnow);
    }

    /**
     * As {@code karst:doctor} shows it.
     *
     * @param remedy what to do if the answer is no
     */
    Ability ability(String name, String effect, String remedy) {
        return new Ability(
                name,
                answer,
                evidence,
                effect,
                switch (answer) {
                    case YES -> "";
                    case NO -> remedy;
                    case NOT_KNOWN -> toKnow;
                });
    }
}
