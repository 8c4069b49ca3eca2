// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.FileHash;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What signed targets say of one file.
 *
 * @param path target path
 * @param length bytes
 * @param hashes every digest, in the order of the document
 * @param custom what the signer added
 */
public record TargetEntry(String path, long length, List<FileHash> hashes, Optional<Fields> custom) {

    /** Copies the list. */
    public TargetEntry {
        hashes = List.copyOf(hashes);
    }

    static TargetEntry parse(String path, Fields fields) {
        return new TargetEntry(
                path, fields.integer("length", 0), hashes(fields.object("hashes")), fields.optionalObject("custom"));
    }

    static List<FileHash> hashes(Fields declared) {
        List<FileHash> hashes = new ArrayList<>();
        for (Map.Entry<String, JsonValue> hash : declared.members().entrySet()) {
            hashes.add(new FileHash(hash.getKey(), declared.text(hash.getValue(), "a hash")));
        }
        return hashes;
    }

    /**
     * The configuration's version, {@code custom.v}: an unsigned number of 64 bits.
     *
     * @throws RefusedException with {@link Refusal.MissingConfigVersion} if there is none
     */
    public long configVersion() {
        return findConfigVersion().orElseThrow(() -> new RefusedException(new Refusal.MissingConfigVersion(path)));
    }

    /** The configuration's version, which may be missing: absent if there is none. */
    public Optional<Long> findConfigVersion() {
        return custom.flatMap(fields -> fields.anyInteger("v"))
                .filter(v -> v.signum() >= 0 && v.bitLength() <= Long.SIZE)
                .map(BigInteger::longValue);
    }

    /**
     * When the configuration stops to be valid, {@code custom.expires} in unix seconds. 0, or a time that no clock
     * reaches, is never; absent then.
     */
    public Optional<Instant> configExpires() {
        return custom.flatMap(fields -> fields.anyInteger("expires"))
                .filter(seconds -> seconds.signum() != 0)
                .map(seconds -> Instant.ofEpochSecond(seconds.min(BigInteger.valueOf(Instant.MAX.getEpochSecond()))
                        .max(BigInteger.valueOf(Instant.MIN.getEpochSecond()))
                        .longValueExact()));
    }

    /**
     * Checks a file's length and every listed digest.
     *
     * @throws RefusedException if anything differs, if an algorithm is unknown, or if no digest is listed
     */
    public void check(Bytes content) {
        if (content.size() != length) {
            throw new RefusedException(new Refusal.LengthMismatch(path, length, content.size()));
        }
        if (hashes.isEmpty()) {
            throw new RefusedException(new Refusal.MissingHash(path));
        }
        checkHashes(path, hashes, content);
    }

    static void checkHashes(String path, List<FileHash> hashes, Bytes content) {
        for (FileHash hash : hashes) {
            String algorithm = switch (hash.algorithm()) {
                case "sha256" -> "SHA-256";
                case "sha512" -> "SHA-512";
                default -> throw new RefusedException(new Refusal.UnknownHashAlgorithm(path, hash.algorithm()));
            };
            if (!content.digest(algorithm).toHex().equalsIgnoreCase(hash.hash())) {
                throw new RefusedException(new Refusal.HashMismatch(path, hash.algorithm()));
            }
        }
    }
}
