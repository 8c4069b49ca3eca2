// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import static io.karst.remoteconfig.tuf.RootMetadata.SNAPSHOT;
import static io.karst.remoteconfig.tuf.RootMetadata.TARGETS;
import static io.karst.remoteconfig.tuf.RootMetadata.TIMESTAMP;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.tuf.RootMetadata.Role;
import io.karst.remoteconfig.tuf.SignedMetadata.Fields;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One update of a TUF client. The numbers are those of the specification's version 1.0.34, section 5. */
final class TufUpdate {

    private static final int MAX_ROTATIONS = 1_000;
    private static final int MAX_TIMESTAMP = 64 * 1024;
    private static final int MAX_SNAPSHOT = 8 << 20;
    private static final int MAX_TARGETS = 16 << 20;
    /** Most delegated roles looked at for one path. */
    private static final int MAX_DELEGATIONS = 32;

    private static final String JSON = ".json";
    private static final String METADATA = "metadata/";

    private final Fetcher fetcher;
    private final Instant now;
    private final Map<String, Bytes> kept;

    private Bytes rawRoot;
    private boolean recovering;
    private Optional<RootMetadata> root = Optional.empty();
    private Map<String, MetaFile> snapshot = Map.of();
    private Optional<TargetsMetadata> targets = Optional.empty();

    TufUpdate(Fetcher fetcher, Instant now, TufState state) {
        this.fetcher = fetcher;
        this.now = now; // 5.1: the start of the update
        this.rawRoot = state.root();
        this.recovering = state.recovering();
        this.kept = new HashMap<>(state.metadata());
    }

    TufState state() {
        return new TufState(rawRoot, kept, recovering);
    }

    boolean consistentSnapshot() {
        return root().consistentSnapshot();
    }

    private RootMetadata root() {
        return root.orElseThrow(() -> new IllegalStateException("no root before refresh"));
    }

    void refresh() {
        updateRoot();
        Map<String, MetaFile> timestamp = updateTimestamp();
        MetaFile meta = snapshotOf(timestamp);
        snapshot = updateSnapshot(meta);
        targets = Optional.of(updateTargets(root().role(TARGETS)));
    }

    private void updateRoot() {
        RootMetadata trusted = RootMetadata.trusted(rawRoot); // 5.2
        Optional<Bytes> offered = fetchRoot(trusted);
        for (int rotations = 0; offered.isPresent(); rotations++) { // 5.3.2, 5.3.9
            if (rotations == MAX_ROTATIONS) {
                throw new RefusedException(new Refusal.TooManyRotations(MAX_ROTATIONS));
            }
            RootMetadata next = trusted.next(offered.get(), RootMetadata.MAX_BYTES); // 5.3.4, 5.3.5
            // 5.3.11: what was held before is no measure any more, so that a fast-forward can be recovered from.
            recovering |= isRotated(trusted, next, TIMESTAMP) || isRotated(trusted, next, SNAPSHOT);
            trusted = next;
            rawRoot = next.raw(); // 5.3.8
            offered = fetchRoot(trusted);
        }
        trusted.checkExpiry(now); // 5.3.10
        root = Optional.of(trusted);
    }

    private Optional<Bytes> fetchRoot(RootMetadata trusted) {
        return fetcher.fetch(METADATA + (trusted.version() + 1) + ".root.json", RootMetadata.MAX_BYTES); // 5.3.3
    }

    private static boolean isRotated(RootMetadata before, RootMetadata after, String role) {
        return !before.role(role).keyIds().equals(after.role(role).keyIds());
    }

    private Map<String, MetaFile> updateTimestamp() {
        Role role = root().role(TIMESTAMP);
        Optional<SignedMetadata> old = recovering ? Optional.empty() : keptMetadata(TIMESTAMP, role, MAX_TIMESTAMP);
        Bytes raw = fetch(METADATA + "timestamp.json", MAX_TIMESTAMP); // 5.4.1
        SignedMetadata fresh = SignedMetadata.parse(TIMESTAMP, TIMESTAMP, raw, MAX_TIMESTAMP);
        role.verify(fresh); // 5.4.2
        if (old.isPresent()) {
            SignedMetadata trusted = old.get();
            checkNotOlder(TIMESTAMP, trusted.version(), fresh.version()); // 5.4.3.1
            if (fresh.version() == trusted.version()) {
                trusted.checkExpiry(now);
                return MetaFile.parse(trusted);
            }
            long held = snapshotOf(MetaFile.parse(trusted)).version();
            checkNotOlder(SNAPSHOT, held, snapshotOf(MetaFile.parse(fresh)).version()); // 5.4.3.2
        }
        Map<String, MetaFile> meta = MetaFile.parse(fresh);
        fresh.checkExpiry(now); // 5.4.4
        kept.put(TIMESTAMP, raw); // 5.4.5
        return meta;
    }

    private static MetaFile snapshotOf(Map<String, MetaFile> timestamp) {
        return Optional.ofNullable(timestamp.get("snapshot.json"))
                .orElseThrow(() -> Fields.malformed(TIMESTAMP, "meta has no snapshot.json"));
    }

    private Map<String, MetaFile> updateSnapshot(MetaFile meta) {
        Role role = root().role(SNAPSHOT);
        Optional<SignedMetadata> old = keptMetadata(SNAPSHOT, role, MAX_SNAPSHOT);
        if (old.isPresent() && isCurrent(old.get(), meta)) {
            recovering = false;
            return MetaFile.parse(old.get());
        }
        Bytes raw = fetch(versioned(SNAPSHOT, meta), limit(meta, MAX_SNAPSHOT)); // 5.5.1
        meta.check(SNAPSHOT, raw); // 5.5.2
        SignedMetadata fresh = SignedMetadata.parse(SNAPSHOT, SNAPSHOT, raw, MAX_SNAPSHOT);
        role.verify(fresh); // 5.5.3
        checkVersion(fresh, meta); // 5.5.4
        Map<String, MetaFile> files = MetaFile.parse(fresh);
        if (old.isPresent() && !recovering) {
            checkNothingLost(MetaFile.parse(old.get()), files); // 5.5.5
        }
        fresh.checkExpiry(now); // 5.5.6
        kept.put(SNAPSHOT, raw); // 5.5.7
        recovering = false;
        return files;
    }

    private static void checkNothingLost(Map<String, MetaFile> trusted, Map<String, MetaFile> fresh) {
        trusted.forEach((file, held) -> {
            MetaFile offered = fresh.get(file);
            if (offered == null) {
                throw new RefusedException(new Refusal.RoleRemoved(file));
            }
            checkNotOlder(file, held.version(), offered.version());
        });
    }

    /** 5.6 for the top level, and the same for delegated roles. */
    private TargetsMetadata updateTargets(Role role) {
        String name = role.name();
        MetaFile meta = Optional.ofNullable(snapshot.get(name + JSON))
                .orElseThrow(() -> new RefusedException(new Refusal.NotInSnapshot(name)));
        Optional<TargetsMetadata> old = keptTargets(role, meta);
        if (old.isPresent()) {
            return old.get();
        }
        Bytes raw = fetch(versioned(name, meta), limit(meta, MAX_TARGETS)); // 5.6.1
        meta.check(name, raw); // 5.6.2
        TargetsMetadata fresh = TargetsMetadata.verify(raw, role, MAX_TARGETS); // 5.6.3
        if (fresh.version() != meta.version()) { // 5.6.4
            throw new RefusedException(new Refusal.VersionMismatch(name, meta.version(), fresh.version()));
        }
        fresh.checkExpiry(now); // 5.6.5
        kept.put(name, raw); // 5.6.6
        return fresh;
    }

    /** 5.6.7: pre-order depth-first search; no role twice, and an end after {@link #MAX_DELEGATIONS}. */
    TargetEntry find(String path) {
        Deque<Supplier<Optional<TargetsMetadata>>> toVisit = new ArrayDeque<>();
        Set<String> visited = new HashSet<>();
        visited.add(TARGETS);
        toVisit.push(() -> targets);
        while (!toVisit.isEmpty() && visited.size() <= MAX_DELEGATIONS + 1) {
            Optional<TargetsMetadata> loaded = toVisit.pop().get();
            if (loaded.isEmpty()) {
                continue;
            }
            TargetsMetadata metadata = loaded.get();
            TargetEntry entry = metadata.targets().get(path);
            if (entry != null) {
                return entry;
            }
            List<Delegation> next = new ArrayList<>();
            for (Delegation delegation : metadata.delegations()) {
                if (delegation.covers(path)) {
                    next.add(delegation);
                    if (delegation.terminating()) {
                        toVisit.clear();
                        break;
                    }
                }
            }
            push(next, toVisit, visited);
        }
        throw new RefusedException(new Refusal.NotInTargets(path));
    }

    private void push(List<Delegation> next, Deque<Supplier<Optional<TargetsMetadata>>> toVisit, Set<String> visited) {
        for (int i = next.size() - 1; i >= 0; i--) {
            Role role = next.get(i).role();
            toVisit.push(() -> visit(role, visited));
        }
    }

    private Optional<TargetsMetadata> visit(Role role, Set<String> visited) {
        return visited.add(role.name()) ? Optional.of(updateTargets(role)) : Optional.empty();
    }

    /** What was kept, if the keys of now still vouch for it; otherwise it counts for nothing. */
    private Optional<SignedMetadata> keptMetadata(String name, Role role, int limit) {
        Bytes raw = kept.get(name);
        if (raw == null) {
            return Optional.empty();
        }
        try {
            SignedMetadata metadata = SignedMetadata.parse(name, name, raw, limit);
            role.verify(metadata);
            return Optional.of(metadata);
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private Optional<TargetsMetadata> keptTargets(Role role, MetaFile meta) {
        Bytes raw = kept.get(role.name());
        if (raw == null) {
            return Optional.empty();
        }
        try {
            meta.check(role.name(), raw);
            TargetsMetadata metadata = TargetsMetadata.verify(raw, role, MAX_TARGETS);
            metadata.checkExpiry(now);
            return Optional.of(metadata).filter(current -> current.version() == meta.version());
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    private boolean isCurrent(SignedMetadata metadata, MetaFile meta) {
        try {
            meta.check(metadata.role(), metadata.raw());
            metadata.checkExpiry(now);
            return metadata.version() == meta.version();
        } catch (RefusedException e) {
            return false;
        }
    }

    private static void checkVersion(SignedMetadata fresh, MetaFile meta) {
        if (fresh.version() != meta.version()) {
            throw new RefusedException(new Refusal.VersionMismatch(fresh.role(), meta.version(), fresh.version()));
        }
    }

    private static void checkNotOlder(String role, long held, long offered) {
        if (offered < held) {
            throw new RefusedException(new Refusal.RolledBack(role, held, offered));
        }
    }

    private String versioned(String role, MetaFile meta) {
        String name = MetaFile.fileName(role) + JSON;
        return METADATA + (consistentSnapshot() ? meta.version() + "." + name : name);
    }

    private static int limit(MetaFile meta, int otherwise) {
        return (int) Math.min(meta.length().orElse((long) otherwise), otherwise);
    }

    static RefusedException absent(String path) {
        return new RefusedException(new Refusal.FetchFailed(path, "there is no such file"));
    }

    private Bytes fetch(String path, int limit) {
        Bytes raw = fetcher.fetch(path, limit).orElseThrow(() -> absent(path));
        if (raw.size() > limit) {
            throw new RefusedException(new Refusal.TooLarge(path, raw.size(), limit));
        }
        return raw;
    }
}
