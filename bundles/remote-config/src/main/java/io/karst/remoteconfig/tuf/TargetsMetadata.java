// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import io.karst.remoteconfig.tuf.RootMetadata.Role;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Targets metadata whose signatures are good: which files there are, and who else may say so. */
public final class TargetsMetadata {

    private final SignedMetadata metadata;
    private final Map<String, TargetEntry> targets;
    private final List<Delegation> delegations;

    private TargetsMetadata(SignedMetadata metadata, Map<String, TargetEntry> targets, List<Delegation> delegations) {
        this.metadata = metadata;
        this.targets = Collections.unmodifiableMap(targets);
        this.delegations = List.copyOf(delegations);
    }

    /**
     * Verifies top-level targets with a root. The ids of the keys that sign have to be the keys' digests. Expiry is not looked at.
     *
     * @throws RefusedException if anything is wrong
     */
    public static TargetsMetadata verify(Bytes raw, RootMetadata root, int limit) {
        Role role = root.role(RootMetadata.TARGETS);
        role.checkKeyIds();
        return verify(raw, role, limit);
    }

    /**
     * When targets expire that were verified before.
     *
     * @throws RefusedException if it is malformed
     */
    public static Instant declaredExpiry(Bytes raw) {
        return SignedMetadata.parse(RootMetadata.TARGETS, RootMetadata.TARGETS, raw, raw.size())
                .expires();
    }

    static TargetsMetadata verify(Bytes raw, Role role, int limit) {
        SignedMetadata metadata = SignedMetadata.parse(role.name(), RootMetadata.TARGETS, raw, limit);
        role.verify(metadata);
        Fields declared = metadata.signed().object("targets");
        Map<String, TargetEntry> targets = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> target : declared.members().entrySet()) {
            Fields entry = Fields.of(role.name(), target.getValue(), "a target");
            targets.put(target.getKey(), TargetEntry.parse(target.getKey(), entry));
        }
        return new TargetsMetadata(metadata, targets, delegations(metadata));
    }

    private static List<Delegation> delegations(SignedMetadata metadata) {
        Optional<Fields> declared = metadata.signed().optionalObject("delegations");
        if (declared.isEmpty()) {
            return List.of();
        }
        Map<String, TufKey> keys =
                RootMetadata.keys(metadata.role(), declared.get().object("keys"));
        List<Delegation> delegations = new ArrayList<>();
        for (JsonValue role : declared.get().array("roles")) {
            Fields fields = Fields.of(metadata.role(), role, "a delegated role");
            delegations.add(Delegation.parse(metadata.role(), fields, keys));
        }
        return delegations;
    }

    /** Its version, from 1. */
    public long version() {
        return metadata.version();
    }

    /** When it expires. */
    public Instant expires() {
        return metadata.expires();
    }

    /**
     * Refuses it if it has expired.
     *
     * @throws RefusedException with {@link io.karst.remoteconfig.Refusal.Expired}
     */
    public void checkExpiry(Instant now) {
        metadata.checkExpiry(now);
    }

    /** The files, by target path, in the order of the document. */
    public Map<String, TargetEntry> targets() {
        return targets;
    }

    /**
     * What clients are asked to send back, {@code custom.opaque_backend_state} in base64.
     *
     * @return empty if they name none
     * @throws RefusedException if it is no base64
     */
    public Bytes backendState() {
        Optional<String> state = metadata.signed()
                .optionalObject("custom")
                .flatMap(custom -> custom.find("opaque_backend_state"))
                .filter(JsonString.class::isInstance)
                .map(value -> ((JsonString) value).text());
        if (state.isEmpty()) {
            return Bytes.EMPTY;
        }
        try {
            return Bytes.of(Base64.getDecoder().decode(state.get()));
        } catch (IllegalArgumentException e) {
            throw Fields.malformed(RootMetadata.TARGETS, "custom.opaque_backend_state is not base64");
        }
    }

    /**
     * The organisation that they are for, {@code custom.org_uuid}.
     *
     * @return absent if they name none, or an empty one
     * @throws RefusedException if it is no text
     */
    public Optional<String> organisation() {
        return metadata.signed()
                .optionalObject("custom")
                .flatMap(custom -> custom.optionalString("org_uuid"))
                .filter(uuid -> !uuid.isEmpty());
    }

    List<Delegation> delegations() {
        return delegations;
    }

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
                    path,
                    fields.integer("length", 0),
                    hashes(fields.object("hashes")),
                    fields.optionalObject("custom"));
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
         * When the configuration stops to be valid, {@code custom.expires} in unix seconds. 0, or a time that no clock reaches, is never.
         *
         * @return absent for never
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
}
