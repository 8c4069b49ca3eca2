// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.asset.TrustedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** Stands in for the adapter, which checks on the opened descriptor: refuses what everybody may write. */
final class PlainFiles implements TrustedFiles {
    @Override
    public byte[] read(Path file, long maxBytes) throws IOException {
        if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(file + " is not trusted: others may write it");
        }
        if (Files.size(file) > maxBytes) {
            throw new IOException(file + " is larger than " + maxBytes + " bytes");
        }
        return Files.readAllBytes(file);
    }
}
