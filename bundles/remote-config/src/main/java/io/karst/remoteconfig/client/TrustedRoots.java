// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.tuf.RootMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The chain of trusted roots. It begins with {@code initial}, which the operator got by a trusted way. */
record TrustedRoots(RootMetadata initial, Limits limits) {

    static TrustedRoots of(Bytes root, Limits limits) {
        return new TrustedRoots(RootMetadata.trusted(root), limits);
    }

    /**
     * Where the new roots lead.
     *
     * @param version of the last root
     * @param roots since the initial one
     * @param targetsKeysRotated whether targets are signed by other keys than before
     */
    record Followed(long version, List<Bytes> roots, boolean targetsKeysRotated) {}

    private RootMetadata last(List<Bytes> roots) {
        // These were verified when they came, or when they were restored.
        return roots.isEmpty() ? initial : RootMetadata.reread(roots.get(roots.size() - 1));
    }

    /** Follows new roots, in any order, from {@code known} on. */
    Followed follow(List<Bytes> known, List<Bytes> roots, Instant now) {
        RootMetadata root = last(known);
        if (roots.size() > limits.rotations()) {
            throw new RefusedException(new Refusal.TooManyRotations(limits.rotations()));
        }
        TreeMap<Long, Bytes> offered = new TreeMap<>();
        for (Bytes raw : roots) {
            offered.putIfAbsent(RootMetadata.declaredVersion(raw, limits.rootBytes()), raw);
        }
        List<Bytes> chain = new ArrayList<>(known);
        boolean rotated = false;
        Bytes raw = offered.get(root.version() + 1);
        while (raw != null) {
            RootMetadata next = root.next(raw, limits.rootBytes());
            rotated |= !next.targetsKeyIds().equals(root.targetsKeyIds());
            chain.add(raw);
            root = next;
            raw = offered.get(root.version() + 1);
        }
        Map.Entry<Long, Bytes> beyond = offered.higherEntry(root.version());
        if (beyond != null) {
            throw new RefusedException(new Refusal.RootSkipped(root.version(), beyond.getKey()));
        }
        root.checkExpiry(now);
        return new Followed(root.version(), chain, rotated);
    }

    /** Follows stored roots from the initial one on; those up to its version are passed over. Expiry is not looked at. */
    Followed retrace(List<Bytes> roots) {
        RootMetadata root = initial;
        List<Bytes> chain = new ArrayList<>();
        for (Bytes raw : roots) {
            if (RootMetadata.declaredVersion(raw, limits.rootBytes()) > initial.version()) {
                root = root.next(raw, limits.rootBytes());
                chain.add(raw);
            }
        }
        return new Followed(root.version(), chain, false);
    }

    /** Verifies with the last of the roots, without looking at expiry. */
    TargetsMetadata verifyTargets(List<Bytes> roots, Bytes targets) {
        return TargetsMetadata.verify(targets, last(roots), limits.targetsBytes());
    }

    /** When the last root or the targets expire, whichever comes first; both were verified before. */
    Instant expires(List<Bytes> roots, Bytes targets) {
        Instant root = last(roots).expires();
        if (targets.isEmpty()) {
            return root;
        }
        Instant end = TargetsMetadata.declaredExpiry(targets);
        return root.isBefore(end) ? root : end;
    }
}
