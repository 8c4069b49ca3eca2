// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.tuf.TargetEntry;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Verifies a stored state from the initial root on, as if it had just come; expiry of metadata apart. */
final class StateRestorer {

    private final TrustedRoots trust;
    private final ClientPolicy policy;

    StateRestorer(TrustedRoots trust, ClientPolicy policy) {
        this.trust = trust;
        this.policy = policy;
    }

    ClientState restore(StoredState stored) {
        TrustedRoots.Followed root = trust.retrace(stored.roots());
        if (stored.targets().isEmpty()) {
            if (!stored.configs().isEmpty()) {
                throw new RefusedException(new Refusal.MissingTargets());
            }
            return state(stored, root, 0, new TreeMap<>());
        }
        TargetsMetadata targets = trust.verifyTargets(root.roots(), stored.targets());
        policy.organisation().check(stored.organisation(), targets.organisation());
        TreeMap<String, VerifiedConfig> configs = new TreeMap<>();
        for (Map.Entry<String, StoredState.Config> config : stored.configs().entrySet()) {
            try {
                configs.put(config.getKey(), restoreOne(config.getKey(), config.getValue(), targets));
            } catch (RefusedException e) {
                // With a partial policy an older content may have stayed in force next to newer targets.
                if (!policy.partial()) {
                    throw e;
                }
            }
        }
        return state(stored, root, targets.version(), configs);
    }

    private VerifiedConfig restoreOne(String path, StoredState.Config config, TargetsMetadata targets) {
        TargetEntry entry = Optional.ofNullable(targets.targets().get(path))
                .orElseThrow(() -> new RefusedException(new Refusal.NotInTargets(path)));
        ConfigPath parsed = ConfigPath.parse(path);
        if (policy.products().filter(known -> !known.contains(parsed.product())).isPresent()) {
            throw new RefusedException(new Refusal.UnknownProduct(path, parsed.product()));
        }
        policy.organisation().check(parsed);
        entry.check(config.content());
        return VerifiedConfig.of(parsed, config.version(), config.content(), entry);
    }

    private static ClientState state(
            StoredState stored,
            TrustedRoots.Followed root,
            long targetsVersion,
            SortedMap<String, VerifiedConfig> configs) {
        return new ClientState(
                root.version(),
                root.roots(),
                targetsVersion,
                stored.targetsFloor(),
                stored.organisation(),
                stored.targets(),
                configs,
                List.of(),
                stored.backendState(),
                Optional.empty());
    }
}
