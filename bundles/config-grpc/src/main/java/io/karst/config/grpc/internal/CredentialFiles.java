// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.component.TrustedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Reads certificates, keys and tokens. Nobody else may read a secret; a file that is only trusted may be read by all. */
final class CredentialFiles {

    private static final int MAX_BYTES = 256 * 1024;
    private static final Pattern TOKEN_FORM = Pattern.compile("[0-9a-fA-F]{64}");

    private CredentialFiles() {}

    static String readSecret(Path file) throws IOException {
        return read(file, TrustedFiles::readSecret);
    }

    static String readTrusted(Path file) throws IOException {
        return read(file, TrustedFiles::read);
    }

    /** Bearer tokens: 32 random bytes as hexadecimal digits. A shorter or guessable one is not accepted at either end. */
    static final WatchedFile.Source<String> TOKEN = new WatchedFile.Source<>() {
        @Override
        public String read(Path file) throws IOException {
            return readSecret(file);
        }

        @Override
        public String parse(Path file, String text) throws IOException {
            String token = text.strip();
            if (!TOKEN_FORM.matcher(token).matches()) {
                throw new IOException(
                        file + " holds no token: it has " + token.length()
                                + " characters; it must have exactly 64 hexadecimal digits, such as openssl rand -hex 32 prints");
            }
            return token;
        }
    };

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
