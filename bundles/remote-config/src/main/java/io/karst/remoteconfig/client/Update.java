// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One response against one state: either everything in it holds, or {@link RefusedException} and nothing happened. */
final class Update {

    private final TrustedRoots trust;
    private final ClientPolicy policy;
    private final Instant now;
    private final ClientState before;

    private final TreeMap<String, VerifiedConfig> configs = new TreeMap<>();
    private final List<VerifiedConfig> changed = new ArrayList<>();
    private final List<Step.RefusedConfig> refused = new ArrayList<>();

    Update(TrustedRoots trust, ClientPolicy policy, Instant now, ClientState before) {
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
            return new Step(new Step.Unchanged(), before.with(before.configs(), Optional.empty()));
        }
        checkSize(response);
        TrustedRoots.Followed root = trust.follow(before.roots(), response.roots(), now);
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
        ClientState next = new ClientState(
                root.version(),
                root.roots(),
                targets.version(),
                targets.version(),
                named,
                response.targets(),
                configs,
                refused.stream().map(Step.RefusedConfig::report).toList(),
                targets.backendState(),
                Optional.empty());
        return new Step(outcome(), next);
    }

    private Step.Outcome outcome() {
        List<VerifiedConfig> removed = before.configs().entrySet().stream()
                .filter(held -> !configs.containsKey(held.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        return changed.isEmpty() && removed.isEmpty() && refused.isEmpty()
                ? new Step.Unchanged()
                : new Step.Updated(changed, removed, refused);
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
    private Step rootsOnly(
            ConfigResponse response, TrustedRoots.Followed root, long floor, Optional<String> organisation) {
        if (!response.clientConfigs().isEmpty() || !response.targetFiles().isEmpty()) {
            throw new RefusedException(new Refusal.MissingTargets());
        }
        if (!before.targets().isEmpty()) {
            trust.verifyTargets(root.roots(), before.targets());
        }
        ClientState next = new ClientState(
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
        return new Step(new Step.Unchanged(), next);
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
        long version = entry.configVersion();
        if (entry.configExpires().filter(end -> !now.isBefore(end)).isPresent()) {
            return; // As if it were not meant for this client any more.
        }
        VerifiedConfig held = before.configs().get(path);
        if (held != null && isUnchanged(held, entry)) {
            configs.put(path, held.listedAs(entry));
            return;
        }
        Bytes content = Optional.ofNullable(files.get(path))
                .orElseThrow(() -> new RefusedException(new Refusal.MissingTargetFile(path)));
        entry.check(content);
        VerifiedConfig config = VerifiedConfig.of(parsed, version, content, entry);
        configs.put(path, config);
        changed.add(config);
    }

    /** Same digests, or the held bytes satisfy whatever digests are listed now. */
    private static boolean isUnchanged(VerifiedConfig held, TargetEntry entry) {
        if (held.file().size() != entry.length() || entry.hashes().isEmpty()) {
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
        VerifiedConfig held = before.configs().get(path);
        if (held != null && entry.isPresent()) {
            configs.put(path, held);
        }
        Optional<ConfigPath> parsed = ConfigPath.find(path);
        long version = entry.flatMap(TargetEntry::findConfigVersion).orElse(0L);
        Report report = new Report(
                parsed.map(ConfigPath::id).orElse(path),
                version,
                parsed.map(ConfigPath::product).orElse(""),
                ApplyState.ERROR,
                refusal.message());
        refused.add(new Step.RefusedConfig(path, refusal, report));
    }
}
