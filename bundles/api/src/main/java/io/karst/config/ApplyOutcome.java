// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/**
 * A listener's answer to a change. It counts only while this version and content are in force; otherwise it is dropped.
 *
 * @param listener name of the listener
 * @param path path of the configuration
 * @param version its version
 * @param sha256 its digest
 * @param state {@code UNACKNOWLEDGED} when it has begun, then {@code ACKNOWLEDGED} or {@code ERROR}
 * @param reason why, if it failed; else empty
 */
public record ApplyOutcome(String listener, String path, long version, String sha256, ApplyState state, String reason) {

    /** Most characters of a reason; the rest is cut off. */
    public static final int MAX_REASON = 1000;

    /** Cuts the reason. */
    public ApplyOutcome {
        reason = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    }

    /** The listener has begun. */
    public static ApplyOutcome applying(String listener, RemoteConfig config) {
        return new ApplyOutcome(
                listener, config.path(), config.version(), config.sha256(), ApplyState.UNACKNOWLEDGED, "");
    }

    /** The configuration is in force. */
    public static ApplyOutcome applied(String listener, RemoteConfig config) {
        return new ApplyOutcome(
                listener, config.path(), config.version(), config.sha256(), ApplyState.ACKNOWLEDGED, "");
    }

    /**
     * The configuration was refused.
     *
     * @param listener name of the listener
     * @param reason why, for the publisher to read
     */
    public static ApplyOutcome failed(String listener, RemoteConfig config, String reason) {
        return new ApplyOutcome(listener, config.path(), config.version(), config.sha256(), ApplyState.ERROR, reason);
    }

    /** Whether the answer is about exactly this configuration: the same path, version and digest. */
    public boolean isAbout(RemoteConfig config) {
        return path.equals(config.path()) && version == config.version() && sha256.equals(config.sha256());
    }

    /**
     * A configuration in force and whether its listeners applied it.
     *
     * @param config the file
     * @param state reported to the server
     * @param reason why, if a listener failed; else empty
     */
    public record AppliedConfig(RemoteConfig config, ApplyState state, String reason) {}

    /** How far a listener, or all listeners of a client, are with applying a configuration; plain numbers on the wire. */
    public enum ApplyState {
        /** 0: nothing is known yet. */
        UNKNOWN(0, "unknown"),
        /** 1: received, not applied yet. */
        UNACKNOWLEDGED(1, "pending"),
        /** 2: applied. */
        ACKNOWLEDGED(2, "applied"),
        /** 3: refused, or applying failed. */
        ERROR(3, "rejected");

        private final int number;
        private final String word;

        ApplyState(int number, String word) {
            this.number = number;
            this.word = word;
        }

        /** The number on the wire, 0 to 3. */
        public int number() {
            return number;
        }

        /** The word that tables show, in lower case. */
        public String word() {
            return word;
        }

        /**
         * Reads the number on the wire.
         *
         * @param number any number
         * @return the state, {@link #UNKNOWN} for a number without one
         */
        public static ApplyState of(long number) {
            for (ApplyState state : values()) {
                if (state.number == number) {
                    return state;
                }
            }
            return UNKNOWN;
        }
    }
}
