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

    /**
     * The listener has begun.
     *
     * @param listener name of the listener
     * @param config what it speaks of
     */
    public static ApplyOutcome applying(String listener, RemoteConfig config) {
        return new ApplyOutcome(
                listener, config.path(), config.version(), config.sha256(), ApplyState.UNACKNOWLEDGED, "");
    }

    /**
     * The configuration is in force.
     *
     * @param listener name of the listener
     * @param config what it speaks of
     */
    public static ApplyOutcome applied(String listener, RemoteConfig config) {
        return new ApplyOutcome(
                listener, config.path(), config.version(), config.sha256(), ApplyState.ACKNOWLEDGED, "");
    }

    /**
     * The configuration was refused.
     *
     * @param listener name of the listener
     * @param config what it speaks of
     * @param reason why, for the publisher to read
     */
    public static ApplyOutcome failed(String listener, RemoteConfig config, String reason) {
        return new ApplyOutcome(listener, config.path(), config.version(), config.sha256(), ApplyState.ERROR, reason);
    }

    /**
     * Whether the answer is about exactly this configuration.
     *
     * @param config a configuration
     * @return true for the same path, version and digest
     */
    public boolean isAbout(RemoteConfig config) {
        return path.equals(config.path()) && version == config.version() && sha256.equals(config.sha256());
    }
}
