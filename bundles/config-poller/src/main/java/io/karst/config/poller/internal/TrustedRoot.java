// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.TrustedFiles;
import io.karst.remoteconfig.Bytes;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the root of trust. It is no secret, but whoever can write it decides what is trusted. */
final class TrustedRoot {

    /** The protocol's limit for one root. */
    private static final int MAX_BYTES = 512_000;

    private TrustedRoot() {}

    static Bytes read(Path file) throws IOException {
        try {
            return Bytes.of(TrustedFiles.read(file, MAX_BYTES));
        } catch (NoSuchFileException e) {
            throw new IOException(file + ", the root of trust, does not exist", e);
        } catch (IOException e) {
            throw new IOException("the root of trust: " + e.getMessage(), e);
        }
    }
}
