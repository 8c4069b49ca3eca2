// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.asset;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads files that only root can have written. The checks are made on the opened descriptor, so that nobody can swap
 * the file between check and read.
 */
@ProviderType
public interface TrustedFiles {

    /**
     * Reads a whole file.
     *
     * @param file absolute path; its last name must not be a symbolic link, and it and every parent directory must
     *     belong to root (or the running user) and be writable by nobody else (a sticky directory such as /tmp is refused)
     * @param maxBytes most bytes accepted
     * @return content
     * @throws IOException if it is missing, larger, not a regular file or not trusted; the message says which and the remedy
     */
    byte[] read(Path file, long maxBytes) throws IOException;
}
