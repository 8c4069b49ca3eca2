// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;
import java.util.Optional;

/**
 * What a client sends (message {@code ClientGetConfigsRequest}).
 *
 * @param client who asks and what it holds; absent when the message had none
 * @param cachedFiles files the client holds already
 */
public record ConfigRequest(Optional<Client> client, List<CachedFile> cachedFiles) {

    /** Copies the list. */
    public ConfigRequest {
        cachedFiles = List.copyOf(cachedFiles);
    }
}
