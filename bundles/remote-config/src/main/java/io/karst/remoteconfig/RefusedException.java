// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

/** Carries a {@link Refusal} from where it is found to where it is decided on. Has no stack trace: input causes it. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Refusal refusal;

    /** Wraps a refusal. */
    public RefusedException(Refusal refusal) {
        super(refusal.message(), null, false, false);
        this.refusal = refusal;
    }

    /** What was found. */
    public Refusal refusal() {
        return refusal;
    }
}
