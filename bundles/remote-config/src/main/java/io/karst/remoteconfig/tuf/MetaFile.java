// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What timestamp or snapshot say of other metadata.
 *
 * @param version its version
 * @param length its length in bytes, if listed
 * @param hashes its digests, if listed
 */
record MetaFile(long version, Optional<Long> length, List<FileHash> hashes) {

    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~";

    /** Reads {@code meta}: by file name. */
    static Map<String, MetaFile> parse(SignedMetadata metadata) {
        Map<String, MetaFile> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> file :
                metadata.signed().object("meta").members().entrySet()) {
            Fields fields = Fields.of(metadata.role(), file.getValue(), "meta");
            files.put(
                    file.getKey(),
                    new MetaFile(
                            fields.integer("version", 1),
                            fields.optionalInteger("length", 1),
                            fields.optionalObject("hashes")
                                    .map(TargetEntry::hashes)
                                    .orElse(List.of())));
        }
        return files;
    }

    /** Checks length and digests as far as they are listed. */
    void check(String role, Bytes raw) {
        if (length.isPresent() && length.get() != raw.size()) {
            throw new RefusedException(new Refusal.LengthMismatch(role, length.get(), raw.size()));
        }
        TargetEntry.checkHashes(role, hashes, raw);
    }

    /** A role's name as a file name: everything but letters, digits and {@code _.-~} as percent and two digits. */
    static String fileName(String role) {
        StringBuilder name = new StringBuilder();
        for (byte b : role.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (UNRESERVED.indexOf(c) >= 0) {
                name.append(c);
            } else {
                name.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return name.toString();
    }
}
