// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.TrustAnchor;
import io.karst.remoteconfig.tuf.RootMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a client trusts at a given state: a root, or one pinned key. */
sealed interface Trust {

    static Trust of(TrustAnchor anchor, Limits limits) {
        if (anchor instanceof TrustAnchor.InitialRoot initial) {
            return new RootTrust(RootMetadata.trusted(initial.root()), limits);
        }
        return new PinnedTrust((TrustAnchor.PinnedTargetsKey) anchor, limits);
    }

    long anchorVersion();

    /** Follows new roots, in any order, from those of {@code state}. */
    Followed follow(RemoteConfigClientState state, List<Bytes> roots, Instant now);

    /** Follows stored roots from the anchor on; those up to the anchor's version are passed over. Expiry is not looked at. */
    Followed retrace(List<Bytes> roots);

    /** Trust after the roots of a state, without looking at expiry. */
    TargetsMetadata verifyTargets(List<Bytes> roots, Bytes targets);

    /** Anchor and later roots; empty with a pinned key. */
    List<Bytes> chain(RemoteConfigClientState state);

    /** When the last root expires. */
    Optional<Instant> rootExpires(List<Bytes> roots);

    /** When root or targets expire, whichever comes first. */
    default Optional<Instant> expires(RemoteConfigClientState state) {
        Optional<Instant> root = rootExpires(state.roots());
        if (state.targets().isEmpty()) {
            return root;
        }
        // These were verified when they came, or when they were restored.
        Instant targets = TargetsMetadata.declaredExpiry(state.targets());
        return Optional.of(root.filter(end -> end.isBefore(targets)).orElse(targets));
    }

    /** The version that a root claims, verified or not. */
    static long rootVersion(Bytes root) {
        return RootMetadata.declaredVersion(root, RootMetadata.MAX_BYTES);
    }

    /**
     * Where the new roots lead.
     *
     * @param version of the last root
     * @param roots since the anchor
     * @param targetsKeysRotated whether targets are signed by other keys than before
     */
    record Followed(long version, List<Bytes> roots, boolean targetsKeysRotated) {}

    /** Trust by a chain of roots. */
    record RootTrust(RootMetadata anchor, Limits limits) implements Trust {

        @Override
        public long anchorVersion() {
            return anchor.version();
        }

        private RootMetadata last(List<Bytes> roots) {
            // These were verified when they came, or when they were restored.
            return roots.isEmpty() ? anchor : RootMetadata.reread(roots.get(roots.size() - 1));
        }

        @Override
        public Followed follow(RemoteConfigClientState state, List<Bytes> roots, Instant now) {
            RootMetadata root = last(state.roots());
            if (roots.size() > limits.rotations()) {
                throw new RefusedException(new Refusal.TooManyRotations(limits.rotations()));
            }
            TreeMap<Long, Bytes> offered = new TreeMap<>();
            for (Bytes raw : roots) {
                long version = RootMetadata.declaredVersion(raw, limits.rootBytes());
                offered.putIfAbsent(version, raw);
            }
            List<Bytes> chain = new ArrayList<>(state.roots());
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

        @Override
        public TargetsMetadata verifyTargets(List<Bytes> roots, Bytes targets) {
            return TargetsMetadata.verify(targets, last(roots), limits.targetsBytes());
        }

        @Override
        public List<Bytes> chain(RemoteConfigClientState state) {
            return Stream.concat(Stream.of(anchor.raw()), state.roots().stream())
                    .toList();
        }

        @Override
        public Optional<Instant> rootExpires(List<Bytes> roots) {
            return Optional.of(last(roots).expires());
        }

        @Override
        public Followed retrace(List<Bytes> roots) {
            RootMetadata root = anchor;
            List<Bytes> chain = new ArrayList<>();
            for (Bytes raw : roots) {
                if (RootMetadata.declaredVersion(raw, limits.rootBytes()) > anchor.version()) {
                    root = root.next(raw, limits.rootBytes());
                    chain.add(raw);
                }
            }
            return new Followed(root.version(), chain, false);
        }
    }

    /** Trust by one key for targets; roots are not looked at. */
    record PinnedTrust(TrustAnchor.PinnedTargetsKey key, Limits limits) implements Trust {

        @Override
        public long anchorVersion() {
            return 1;
        }

        @Override
        public Followed follow(RemoteConfigClientState state, List<Bytes> roots, Instant now) {
            return new Followed(1, List.of(), false);
        }

        @Override
        public TargetsMetadata verifyTargets(List<Bytes> roots, Bytes targets) {
            return TargetsMetadata.verify(targets, key, limits.targetsBytes());
        }

        @Override
        public List<Bytes> chain(RemoteConfigClientState state) {
            return List.of();
        }

        @Override
        public Optional<Instant> rootExpires(List<Bytes> roots) {
            return Optional.empty();
        }

        @Override
        public Followed retrace(List<Bytes> roots) {
            return new Followed(1, List.of(), false);
        }
    }
}
