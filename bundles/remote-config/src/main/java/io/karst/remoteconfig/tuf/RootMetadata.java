// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Root metadata whose own signatures are good: which keys sign what. */
public final class RootMetadata {

    /** Most bytes of a root. */
    public static final int MAX_BYTES = 512_000;

    static final String ROOT = "root";
    static final String TIMESTAMP = "timestamp";
    static final String SNAPSHOT = "snapshot";
    static final String TARGETS = "targets";
    private static final Set<String> TOP_LEVEL = Set.of(ROOT, TIMESTAMP, SNAPSHOT, TARGETS);

    private final SignedMetadata metadata;
    private final Map<String, Role> roles;
    private final boolean consistentSnapshot;

    private RootMetadata(SignedMetadata metadata, Map<String, Role> roles, boolean consistentSnapshot) {
        this.metadata = metadata;
        this.roles = roles;
        this.consistentSnapshot = consistentSnapshot;
    }

    /**
     * Reads a root that is trusted by other means and checks that its own keys signed it. Expiry is not looked at.
     *
     * @throws RefusedException if it is malformed or not signed by itself
     */
    public static RootMetadata trusted(Bytes raw) {
        RootMetadata root = parse(raw, MAX_BYTES);
        root.role(ROOT).verify(root.metadata);
        return root;
    }

    /**
     * Reads a root that was verified before.
     *
     * @throws RefusedException if it is malformed
     */
    public static RootMetadata reread(Bytes raw) {
        return parse(raw, MAX_BYTES);
    }

    /**
     * Takes the next root: exactly one version on, signed by enough keys of this root and of its own.
     *
     * @throws RefusedException if it is not
     */
    public RootMetadata next(Bytes raw, int limit) {
        return next(parse(raw, limit));
    }

    /**
     * The version that a root claims.
     *
     * @param raw the metadata, verified or not
     * @return from 1
     * @throws RefusedException if it is malformed
     */
    public static long declaredVersion(Bytes raw, int limit) {
        return SignedMetadata.parse(ROOT, ROOT, raw, limit).version();
    }

    RootMetadata next(RootMetadata next) {
        role(ROOT).verify(next.metadata);
        next.role(ROOT).verify(next.metadata);
        if (next.version() < version() + 1) {
            throw new RefusedException(new Refusal.RootRolledBack(version(), next.version()));
        }
        if (next.version() > version() + 1) {
            throw new RefusedException(new Refusal.RootSkipped(version(), next.version()));
        }
        return next;
    }

    static RootMetadata parse(Bytes raw, int limit) {
        SignedMetadata metadata = SignedMetadata.parse(ROOT, ROOT, raw, limit);
        Map<String, TufKey> keys = keys(ROOT, metadata.signed().object("keys"));
        Fields declared = metadata.signed().object("roles");
        Map<String, Role> roles = new LinkedHashMap<>();
        for (String name : TOP_LEVEL) {
            roles.put(name, Role.parse(ROOT, name, declared.object(name), keys));
        }
        return new RootMetadata(metadata, Map.copyOf(roles), metadata.signed().bool("consistent_snapshot", false));
    }

    static boolean isTopLevel(String role) {
        return TOP_LEVEL.contains(role);
    }

    static Map<String, TufKey> keys(String within, Fields declared) {
        Map<String, TufKey> keys = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> key : declared.members().entrySet()) {
            keys.put(key.getKey(), TufKey.parse(key.getKey(), Fields.of(within, key.getValue(), "a key")));
        }
        return keys;
    }

    /** Its version, from 1. */
    public long version() {
        return metadata.version();
    }

    /** When it expires. */
    public Instant expires() {
        return metadata.expires();
    }

    /** The metadata as it came. */
    public Bytes raw() {
        return metadata.raw();
    }

    /**
     * Refuses it if it has expired.
     *
     * @throws RefusedException with {@link Refusal.Expired}
     */
    public void checkExpiry(Instant now) {
        metadata.checkExpiry(now);
    }

    /** Who signs roots, declared key ids. */
    public Set<String> rootKeyIds() {
        return role(ROOT).keyIds();
    }

    /** Who signs targets, declared key ids. */
    public Set<String> targetsKeyIds() {
        return role(TARGETS).keyIds();
    }

    boolean consistentSnapshot() {
        return consistentSnapshot;
    }

    Role role(String name) {
        Role role = roles.get(name);
        if (role == null) {
            throw new IllegalArgumentException("no top-level role " + name);
        }
        return role;
    }

    /**
     * Who may sign a metadata file.
     *
     * @param name of the role
     * @param keys by declared id; ids without a key are left out, their signatures never count
     * @param keyIds all declared ids
     * @param threshold how many of them have to sign, at least 1
     */
    record Role(String name, Map<String, TufKey> keys, Set<String> keyIds, int threshold) {

        static Role parse(String within, String name, Fields fields, Map<String, TufKey> all) {
            List<String> ids = fields.strings("keyids");
            Set<String> distinct = new HashSet<>(ids);
            if (distinct.size() != ids.size()) {
                throw Fields.malformed(within, "role " + name + " lists a key id twice");
            }
            long threshold = fields.integer("threshold", Long.MIN_VALUE);
            if (threshold < 1 || threshold > Integer.MAX_VALUE) {
                throw new RefusedException(new Refusal.IllegalThreshold(name, threshold));
            }
            Map<String, TufKey> keys = new LinkedHashMap<>();
            for (String id : ids) {
                TufKey key = all.get(id);
                if (key != null) {
                    keys.put(id, key);
                }
            }
            return new Role(name, Map.copyOf(keys), Set.copyOf(distinct), (int) threshold);
        }

        /**
         * Counts good signatures by distinct keys: unknown ids and bad signatures do not count, and do no harm.
         *
         * @throws RefusedException with {@link Refusal.ThresholdNotMet} if there are too few
         */
        void verify(SignedMetadata metadata) {
            Set<Bytes> signers = new HashSet<>();
            Bytes message = metadata.canonical();
            for (SignedMetadata.Signature signature : metadata.signatures()) {
                Optional<Bytes> raw = signature.raw();
                TufKey key = keys.get(signature.keyId());
                if (key != null && raw.isPresent()) {
                    key.verificationKey()
                            .filter(usable -> usable.verifies(message, raw.get()))
                            .ifPresent(usable -> signers.add(usable.encoded()));
                }
            }
            if (signers.size() < threshold) {
                throw new RefusedException(new Refusal.ThresholdNotMet(name, signers.size(), threshold));
            }
        }

        /** Refuses the role if any of its keys is declared under an id that is not its digest. */
        void checkKeyIds() {
            keys.values().forEach(TufKey::checkId);
        }
    }
}
