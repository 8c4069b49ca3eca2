// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/**
 * A configuration in force and what its listeners made of it.
 *
 * @param config the file
 * @param acknowledgement what the server is told
 * @param reason why, if a listener failed; else empty
 */
public record AppliedConfig(RemoteConfig config, Acknowledgement acknowledgement, String reason) {

    /** What the server is told about a configuration. */
    public enum Acknowledgement {
        /** Nobody has answered yet, or nobody listens. */
        UNACKNOWLEDGED,
        /** Every listener that took it has applied it. */
        ACKNOWLEDGED,
        /** A listener failed. */
        ERROR
    }
}
