// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.TrustedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads certificates, keys and tokens. Nobody else may read a secret; a file that is only trusted may be read by all. */
final class CredentialFiles {

    private static final int MAX_BYTES = 256 * 1024;

    private CredentialFiles() {}

    static String readSecret(Path file) throws IOException {
        return read(file, TrustedFiles::readSecret);
    }

    static String readTrusted(Path file) throws IOException {
        return read(file, TrustedFiles::read);
    }

    private interface Reader {
        byte[] read(Path file, int maxBytes) throws IOException;
    }

    private static String read(Path file, Reader reader) throws IOException {
        try {
            return new String(reader.read(file, MAX_BYTES), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IOException(file + " does not exist", e);
        }
    }
}
