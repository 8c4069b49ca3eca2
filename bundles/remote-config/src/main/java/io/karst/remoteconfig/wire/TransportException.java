// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

/** No answer came. */
public final class TransportException extends Exception {

    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Why there is no answer, as far as somebody has to act on it differently. */
    public enum Kind {
        /** No connection, or the connection broke; TLS failures too. */
        UNREACHABLE,
        /** The deadline passed. */
        TIMED_OUT,
        /** The server does not accept the token or the certificate. */
        UNAUTHENTICATED,
        /** The server has remote configuration switched off (UNIMPLEMENTED). */
        NOT_OFFERED,
        /** The answer is larger than allowed here, or the request is larger than allowed there; it was not read. */
        TOO_LARGE,
        /** The server finds fault with the request (INVALID_ARGUMENT). */
        INVALID_REQUEST,
        /** A credential file here is missing, not readable or not private. */
        CREDENTIALS,
        /** Anything else the server said, or rubbish. */
        OTHER;

        /** Whether a smaller or plainer request could be answered: servers do not agree on what they say to one that is too large. */
        public boolean mayBeTheRequest() {
            return this == TOO_LARGE || this == INVALID_REQUEST || this == OTHER;
        }
    }

    /**
     * A failure.
     *
     * @param kind what to do about it
     * @param message what was tried and what came of it; never a secret
     * @param cause as it came
     */
    public TransportException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What to do about it. */
    public Kind kind() {
        return kind;
    }
}
