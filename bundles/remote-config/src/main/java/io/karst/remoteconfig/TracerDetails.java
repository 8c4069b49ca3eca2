// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * A client that is a tracing library (message {@code ClientTracer}).
 *
 * @param runtimeId id of the process
 * @param language programming language
 * @param tracerVersion version of the library
 * @param service service name
 * @param env environment
 * @param appVersion version of the application
 * @param tags free tags
 */
public record TracerDetails(
        String runtimeId,
        String language,
        String tracerVersion,
        String service,
        String env,
        String appVersion,
        List<String> tags) {

    /** Copies the list. */
    public TracerDetails {
        tags = List.copyOf(tags);
    }
}
