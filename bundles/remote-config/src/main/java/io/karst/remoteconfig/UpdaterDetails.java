// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * A client that is an updater (message {@code ClientUpdater}, as far as it is used here).
 *
 * @param tags free tags
 * @param availableDiskSpace bytes
 */
public record UpdaterDetails(List<String> tags, long availableDiskSpace) {

    /** Copies the list. */
    public UpdaterDetails {
        tags = List.copyOf(tags);
    }
}
