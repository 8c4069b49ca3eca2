// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import java.util.Optional;

/** Fetches files of a repository. */
@FunctionalInterface
public interface Fetcher {

    /**
     * Fetches one file.
     *
     * @param path relative to the repository, {@code metadata/…} or {@code targets/…}
     * @param limit bytes wanted at most; reading may stop with the byte after
     * @return its content; absent if there is no such file
     * @throws io.karst.remoteconfig.RefusedException with {@link io.karst.remoteconfig.Refusal.FetchFailed} if it cannot be known
     */
    Optional<Bytes> fetch(String path, long limit);
}
