// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * A file that the client holds already, so that the server need not send it.
 *
 * @param path target path
 * @param length bytes
 * @param hashes digests of the content
 */
public record CachedFile(String path, long length, List<FileHash> hashes) {

    /** Copies the list. */
    public CachedFile {
        hashes = List.copyOf(hashes);
    }
}
