// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.coreassets.internal;

import io.karst.settings.InvalidSettingException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checked settings of the operator.
 *
 * @param btfFile BTF that is tried first
 * @param btfArchiveDirectory directory of packaged BTF in the layout of the BTFHub archive
 * @param assetDirectory directory of objects that replace those of bundles
 */
record Settings(Optional<Path> btfFile, Optional<Path> btfArchiveDirectory, Optional<Path> assetDirectory) {

    static final Settings NONE = new Settings(Optional.empty(), Optional.empty(), Optional.empty());

    Settings {
        requireAbsolute("btf.file", btfFile);
        requireAbsolute("btf.archive.directory", btfArchiveDirectory);
        requireAbsolute("asset.directory", assetDirectory);
    }

    static Settings of(String btfFile, String btfArchiveDirectory, String assetDirectory) {
        return new Settings(
                path("btf.file", btfFile),
                path("btf.archive.directory", btfArchiveDirectory),
                path("asset.directory", assetDirectory));
    }

    private static Optional<Path> path(String key, String value) {
        if (value.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(InvalidSettingException.requirePath(key, value));
    }

    private static void requireAbsolute(String key, Optional<Path> path) {
        if (path.isPresent() && !path.get().isAbsolute()) {
            throw new InvalidSettingException(key, path.get(), "an absolute path");
        }
    }
}
