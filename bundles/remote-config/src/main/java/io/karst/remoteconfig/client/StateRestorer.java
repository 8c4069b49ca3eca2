// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientState.VerifiedConfig;
import io.karst.remoteconfig.tuf.TargetsMetadata;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads a stored state and verifies all of it from the initial root on, as if it had just come. Only the expiry of metadata does not
 * matter. The digest of the stored form detects damage, not forgery.
 */
final class StateRestorer {

    private final TrustedRoots trust;
    private final ClientPolicy policy;

    StateRestorer(TrustedRoots trust, ClientPolicy policy) {
        this.trust = trust;
        this.policy = policy;
    }

    /** What is stored; nothing in it is verified yet. */
    private record Stored(
            List<Bytes> roots,
            long targetsFloor,
            Optional<String> organisation,
            Bytes targets,
            Bytes backendState,
            SortedMap<String, Config> configs) {

        /** A configuration's version, which stays when only its target's version changes, and its content. */
        private record Config(long version, Bytes content) {}

        static Stored read(Bytes stored) {
            Bytes.Reader in = Bytes.Reader.open(stored, ClientState.FORMAT, ClientState.FORMAT_VERSION);
            List<Bytes> roots = new ArrayList<>();
            for (long left = in.count(); left > 0; left--) {
                roots.add(in.bytes());
            }
            long floor = in.number();
            if (floor < 0) {
                throw new RefusedException(new Refusal.DamagedState("targets floor " + floor));
            }
            Optional<String> organisation = Optional.of(in.text()).filter(uuid -> !uuid.isEmpty());
            Bytes targets = in.bytes();
            Bytes backendState = in.bytes();
            SortedMap<String, Config> configs = new TreeMap<>();
            for (long left = in.count(); left > 0; left--) {
                configs.put(in.text(), new Config(in.number(), in.bytes()));
            }
            in.end();
            return new Stored(roots, floor, organisation, targets, backendState, configs);
        }
    }

    /** Throws {@link RefusedException}. */
    ClientState restore(Bytes bytes) {
        Stored stored = Stored.read(bytes);
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
        for (Map.Entry<String, Stored.Config> config : stored.configs().entrySet()) {
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

    private VerifiedConfig restoreOne(String path, Stored.Config config, TargetsMetadata targets) {
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
            Stored stored, TrustedRoots.Followed root, long targetsVersion, SortedMap<String, VerifiedConfig> configs) {
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
