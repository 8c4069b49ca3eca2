// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.util.List;

/** Remote configuration, as {@code io.karst:type=Configuration}. Only reads; contents, which may be secret, are left out. */
public interface ConfigurationMXBean {

    /** State such as {@code READY} or {@code STALE}; {@code NOT_READY} if the service is not installed or its stage not ready. */
    String getState();

    /** When the state began, UTC; empty if it is not ready. */
    String getSince();

    /** Where it comes from. */
    String getSource();

    /** When the server's answer was last accepted, UTC; empty before the first. */
    String getLastSuccess();

    /** When the signed list expires, UTC; empty before the first. */
    String getExpires();

    /** Why the last poll failed; empty after a success. */
    String getLastError();

    /** Version of the signed list; 0 before the first. */
    long getTargetsVersion();

    /** What is in force. */
    List<Entry> getConfigurations();

    /** One configuration. */
    interface Entry {

        /** Path in the signed list. */
        String getPath();

        /** Version of its content. */
        long getVersion();

        /** {@code pending}, {@code applied}, {@code rejected} or {@code unknown}. */
        String getState();

        /** Why a listener rejected it; empty if none did. */
        String getReason();
    }
}
