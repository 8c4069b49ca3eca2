// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.io.Serial;

/** A BPF call failed. The message names the call, the object, the error and, for the verifier, the end of its log. */
public final class BpfException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String errorName;
    private final String verifierLog;

    /**
     * A failed call without the verifier.
     *
     * @param errorName name of the errno, such as {@code EPERM}
     * @param message what was called, on what, and why it failed
     */
    public BpfException(String errorName, String message) {
        this(errorName, message, "");
    }

    /**
     * A failed call.
     *
     * @param errorName name of the errno, such as {@code EPERM}
     * @param message what was called, on what, and why it failed
     * @param verifierLog the verifier's whole log; empty if the verifier was not involved
     */
    public BpfException(String errorName, String message, String verifierLog) {
        super(message);
        this.errorName = errorName;
        this.verifierLog = verifierLog;
    }

    /** Name of the errno, such as {@code ENOENT}. */
    public String errorName() {
        return errorName;
    }

    /** The verifier's whole log; empty if the verifier was not involved. */
    public String verifierLog() {
        return verifierLog;
    }
}
