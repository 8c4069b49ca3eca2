// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.bpf;

import java.io.Serial;

/** A BPF call failed. The message names the call, the object, the error and, for the verifier, the end of its log. */
public final class BpfException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String object;
    private final String errorName;
    private final String verifierLog;

    /**
     * A failed call.
     *
     * @param call function or bpf(2) command, such as {@code bpf_object__load}
     * @param object what it was called on
     * @param errorName name of the errno, such as {@code EPERM}
     * @param verifierLog the verifier's log, empty if it was not involved
     */
    public BpfException(String call, String object, String errorName, String message, String verifierLog) {
        super(message);
        this.call = call;
        this.object = object;
        this.errorName = errorName;
        this.verifierLog = verifierLog;
    }

    /** The function or bpf(2) command that failed. */
    public String call() {
        return call;
    }

    /** The object, map, program or path that it was called on. */
    public String object() {
        return object;
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
