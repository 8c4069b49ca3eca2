// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config;

import java.util.Arrays;
import java.util.Objects;

/**
 * One verified configuration file.
 *
 * @param path full path in the signed metadata, such as {@code employee/KARST_CONTENTION/default/config}
 * @param product product name, a part of the path
 * @param id configuration id, the folder above the file
 * @param version version that its publisher gave it
 * @param sha256 digest of the content, 64 lower-case hexadecimal digits
 * @param content the file; treat as read-only
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and on the way out
public record RemoteConfig(String path, String product, String id, long version, String sha256, byte[] content) {

    /** Copies the content. */
    public RemoteConfig {
        content = content.clone();
    }

    /** The file. */
    @Override
    public byte[] content() {
        return content.clone();
    }

    /** How large the file is, bytes. */
    public int size() {
        return content.length;
    }

    /**
     * Whether this and another are the same file in the same version with the same content.
     *
     * @return true if a listener that applied one need not apply the other
     */
    public boolean sameAs(RemoteConfig other) {
        return path.equals(other.path) && version == other.version && sha256.equals(other.sha256);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RemoteConfig that && sameAs(that) && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, version, sha256);
    }

    /** Names the file, never its content: that may be secret. */
    @Override
    public String toString() {
        return path + " v" + version + " sha256:" + sha256 + " (" + content.length + " bytes)";
    }
}
