// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

/**
 * One configuration file that came, changed or went.
 *
 * @param kind what happened
 * @param config the file as it is now; for {@link Kind#REMOVED} as it was last
 */
public record ConfigChange(Kind kind, RemoteConfig config) {

    /** What happened. */
    public enum Kind {
        /** The file is new or has new content or a new version. */
        UPDATED,
        /** The file is no longer part of the configuration. */
        REMOVED
    }

    /** Topic that this change is published on. */
    public String topic() {
        return ConfigTopics.of(config.product(), kind);
    }
}
