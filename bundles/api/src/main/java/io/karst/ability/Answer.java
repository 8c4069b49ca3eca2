// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.ability;

/** What came of a look at the kernel or the system. Not to have been able to look is an answer of its own, neither yes nor no. */
public enum Answer {
    /** It is so. */
    YES,
    /** It is not so. */
    NO,
    /** It could not be found out. */
    NOT_KNOWN;

    /** Yes or no. */
    public static Answer of(boolean yes) {
        return yes ? YES : NO;
    }
}
