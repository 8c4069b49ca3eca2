// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.ConfigState;
import io.karst.remoteconfig.ConfigStatus;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.TargetFile;
import io.karst.remoteconfig.VerifiedConfig;
import io.karst.remoteconfig.tuf.TargetEntry;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One response against one state: either everything in it holds, or {@link RefusedException} and nothing happened. */
final class Update {

    private final Trust trust;
    private final ClientPolicy policy;
    private final Instant now;
    private final RemoteConfigClientState before;

    private final TreeMap<String, HeldConfig> configs = new TreeMap<>();
    private final List<VerifiedConfig> changed = new ArrayList<>();
    private final List<RefusedConfig> refused = new ArrayList<>();

    Update(Trust trust, ClientPolicy policy, Instant now, RemoteConfigClientState before) {
        this.trust = trust;
        this.policy = policy;
        this.now = now;
        this.before = before;
    }

    Step apply(ConfigResponse response) {
        if (response.status() == ConfigStatus.EXPIRED && policy.keepWhenExpired()) {
            throw new RefusedException(new Refusal.RepositoryExpired(before.targetsVersion()));
        }
        if (response.isEmpty()) {
            return new Step(new Outcome.Unchanged(), before.withError(Optional.empty()));
        }
        checkSize(response);
        Trust.Followed root = trust.follow(before.roots(), response.roots(), now);
        long floor = root.targetsKeysRotated() ? 0 : before.targetsFloor();
        Optional<String> organisation =
                root.version() == before.rootVersion() ? before.organisation() : Optional.empty();
        if (response.targets().isEmpty()) {
            return rootsOnly(response, root, floor, organisation);
        }
        TargetsMetadata targets = trust.verifyTargets(root.roots(), response.targets());
        targets.checkExpiry(now);
        if (targets.version() < floor) {
            throw new RefusedException(new Refusal.TargetsRolledBack(floor, targets.version()));
        }
        Optional<String> named = policy.organisation().check(organisation, targets.organisation());
        take(response, targets);
        RemoteConfigClientState next = new RemoteConfigClientState(
                root.version(),
                root.roots(),
                targets.version(),
                targets.version(),
                named,
                response.targets(),
                configs,
                refused.stream().map(RefusedConfig::report).toList(),
                backendState(targets),
                Optional.empty());
        return new Step(outcome(), next);
    }

    private Outcome outcome() {
        List<VerifiedConfig> removed = before.configs().entrySet().stream()
                .filter(held -> !configs.containsKey(held.getKey()))
                .map(held -> held.getValue().config())
                .toList();
        return changed.isEmpty() && removed.isEmpty() && refused.isEmpty()
                ? new Outcome.Unchanged()
                : new Outcome.Updated(changed, removed, refused);
    }

    private void checkSize(ConfigResponse response) {
        long total = response.targets().size();
        for (Bytes root : response.roots()) {
            total += root.size();
        }
        for (TargetFile file : response.targetFiles()) {
            total += file.raw().size();
            if (file.raw().size() > policy.limits().fileBytes()) {
                throw new RefusedException(new Refusal.TooLarge(
                        file.path(), file.raw().size(), policy.limits().fileBytes()));
            }
        }
        if (total > policy.limits().totalBytes()) {
            throw new RefusedException(
                    new Refusal.TooLarge("response", total, policy.limits().totalBytes()));
        }
    }

    /** A rotation of the root alone is taken if the targets held would be good under it too. */
    private Step rootsOnly(ConfigResponse response, Trust.Followed root, long floor, Optional<String> organisation) {
        if (!response.clientConfigs().isEmpty() || !response.targetFiles().isEmpty()) {
            throw new RefusedException(new Refusal.MissingTargets());
        }
        if (!before.targets().isEmpty()) {
            trust.verifyTargets(root.roots(), before.targets());
        }
        RemoteConfigClientState next = new RemoteConfigClientState(
                root.version(),
                root.roots(),
                before.targetsVersion(),
                floor,
                organisation,
                before.targets(),
                before.configs(),
                before.refusedConfigs(),
                before.backendState(),
                Optional.empty());
        return new Step(new Outcome.Unchanged(), next);
    }

    private void take(ConfigResponse response, TargetsMetadata targets) {
        Map<String, Bytes> files = new HashMap<>();
        for (TargetFile file : response.targetFiles()) {
            if (files.put(file.path(), file.raw()) != null) {
                throw new RefusedException(new Refusal.DuplicateTargetFile(file.path()));
            }
        }
        for (String path : new LinkedHashSet<>(response.clientConfigs())) {
            Optional<TargetEntry> entry = Optional.ofNullable(targets.targets().get(path));
            try {
                takeOne(path, entry, files);
            } catch (RefusedException e) {
                if (!policy.partial()) {
                    throw e;
                }
                refuseOne(path, entry, e.refusal());
            }
        }
    }

    private void takeOne(String path, Optional<TargetEntry> found, Map<String, Bytes> files) {
        TargetEntry entry = found.orElseThrow(() -> new RefusedException(new Refusal.NotInTargets(path)));
        ConfigPath parsed = ConfigPath.parse(path);
        if (policy.products().filter(known -> !known.contains(parsed.product())).isPresent()) {
            throw new RefusedException(new Refusal.UnknownProduct(path, parsed.product()));
        }
        policy.organisation().check(parsed);
        long version = ConfigEntry.version(entry);
        Optional<Instant> expires = ConfigEntry.expires(entry);
        if (expires.filter(end -> !now.isBefore(end)).isPresent()) {
            return; // As if it were not meant for this client any more.
        }
        HeldConfig held = before.configs().get(path);
        if (held != null && isUnchanged(held.config(), entry)) {
            VerifiedConfig old = held.config();
            VerifiedConfig kept = new VerifiedConfig(old.path(), old.version(), old.content(), entry.hashes(), expires);
            configs.put(path, new HeldConfig(kept, held.applyState(), held.applyError()));
            return;
        }
        Bytes content = Optional.ofNullable(files.get(path))
                .orElseThrow(() -> new RefusedException(new Refusal.MissingTargetFile(path)));
        entry.check(content);
        VerifiedConfig config = new VerifiedConfig(parsed, version, content, entry.hashes(), expires);
        configs.put(path, RemoteConfigClient.fresh(config));
        changed.add(config);
    }

    /** Same digests, or the held bytes satisfy whatever digests are listed now. */
    private static boolean isUnchanged(VerifiedConfig held, TargetEntry entry) {
        if (held.content().size() != entry.length() || entry.hashes().isEmpty()) {
            return false;
        }
        if (held.hashes().equals(entry.hashes())) {
            return true;
        }
        try {
            entry.check(held.content());
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }

    /** The version held so far stays, unless the targets do not vouch for the path at all. */
    private void refuseOne(String path, Optional<TargetEntry> entry, Refusal refusal) {
        HeldConfig held = before.configs().get(path);
        if (held != null && entry.isPresent()) {
            configs.put(path, held);
        }
        Optional<ConfigPath> parsed = ConfigPath.find(path);
        long version = entry.flatMap(ConfigEntry::findVersion).orElse(0L);
        ConfigState report = new ConfigState(
                parsed.map(ConfigPath::id).orElse(path),
                version,
                parsed.map(ConfigPath::product).orElse(""),
                ApplyState.ERROR,
                refusal.message());
        refused.add(new RefusedConfig(path, refusal, report));
    }

    private static Bytes backendState(TargetsMetadata targets) {
        Optional<String> state = targets.custom().flatMap(custom -> custom.string("opaque_backend_state"));
        if (state.isEmpty()) {
            return Bytes.EMPTY;
        }
        try {
            return Bytes.of(Base64.getDecoder().decode(state.get()));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    new Refusal.MalformedMetadata("targets", "custom.opaque_backend_state is not base64"));
        }
    }
}
