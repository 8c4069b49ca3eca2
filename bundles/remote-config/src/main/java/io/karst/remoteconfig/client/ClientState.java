// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.RemoteConfig;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.tuf.TargetsMetadata.TargetEntry;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that a client holds. Made by {@link RemoteConfigClient} only: everything in it has been verified.
 *
 * @param rootVersion version of the trusted root
 * @param roots roots since the initial one, each one version on; the last one is trusted. Empty while the initial one is
 * @param targetsVersion version of the trusted targets, 0 before the first
 * @param targetsFloor least version that targets may have: {@code targetsVersion}, or 0 since the targets' keys were rotated
 * @param organisation UUID that targets named under this root; absent while none did
 * @param targets trusted targets metadata, empty before the first
 * @param configs configurations in force, by path
 * @param refusedConfigs reports about single refused configurations, from the last update
 * @param backendState what the last targets asked to echo
 * @param lastError why the last attempt failed; absent after a success
 */
public record ClientState(
        long rootVersion,
        List<Bytes> roots,
        long targetsVersion,
        long targetsFloor,
        Optional<String> organisation,
        Bytes targets,
        SortedMap<String, VerifiedConfig> configs,
        List<Report> refusedConfigs,
        Bytes backendState,
        Optional<String> lastError) {

    static final String FORMAT = "karst-remote-config-client";
    static final int FORMAT_VERSION = 2;

    /** Copies the collections. */
    public ClientState {
        roots = List.copyOf(roots);
        configs = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, VerifiedConfig>) configs));
        refusedConfigs = List.copyOf(refusedConfigs);
    }

    /** The form to store; see {@link StateRestorer}. */
    Bytes toBytes() {
        Bytes.Writer out = new Bytes.Writer(FORMAT, FORMAT_VERSION);
        out.number(roots.size());
        roots.forEach(out::bytes);
        out.number(targetsFloor);
        out.text(organisation.orElse(""));
        out.bytes(targets);
        out.bytes(backendState);
        out.number(configs.size());
        configs.forEach((path, config) -> {
            out.text(path);
            out.number(config.file().version());
            out.bytes(config.content());
        });
        return out.finish();
    }

    /**
     * The same with the configurations of another state, which stay in force until the next answer is verified. They were verified with
     * what was trusted then.
     */
    public ClientState holding(ClientState other) {
        return with(other.configs(), lastError);
    }

    ClientState with(SortedMap<String, VerifiedConfig> inForce, Optional<String> error) {
        return new ClientState(
                rootVersion,
                roots,
                targetsVersion,
                targetsFloor,
                organisation,
                targets,
                inForce,
                refusedConfigs,
                backendState,
                error);
    }

    /**
     * A configuration whose every byte is covered by trusted signatures, and how far applying it is.
     *
     * @param file what listeners are given
     * @param hashes every digest the targets list; all of them match
     * @param expires when it stops to be valid by itself; absent for never
     * @param applyState what a listener said last about this version
     * @param applyError why it failed; empty otherwise
     */
    public record VerifiedConfig(
            RemoteConfig file,
            List<FileHash> hashes,
            Optional<Instant> expires,
            ApplyState applyState,
            String applyError) {

        /** Copies the list. */
        public VerifiedConfig {
            hashes = List.copyOf(hashes);
        }

        /** Content that has passed {@link TargetEntry#check}, before any listener has said a word about it. */
        static VerifiedConfig of(ConfigPath path, long version, Bytes content, TargetEntry entry) {
            RemoteConfig file = new RemoteConfig(
                    path.text(),
                    path.product(),
                    path.id(),
                    version,
                    content.digest("SHA-256").toHex(),
                    content.toArray());
            return new VerifiedConfig(file, entry.hashes(), entry.configExpires(), ApplyState.UNKNOWN, "");
        }

        /** The content, as what digests are made of. */
        Bytes content() {
            return Bytes.of(file.content());
        }

        /** The same file, as newer targets list it. */
        VerifiedConfig listedAs(TargetEntry entry) {
            return new VerifiedConfig(file, entry.hashes(), entry.configExpires(), applyState, applyError);
        }

        VerifiedConfig with(ApplyState state, String error) {
            return new VerifiedConfig(file, hashes, expires, state, error);
        }
    }

    /**
     * The result of one step of the client.
     *
     * @param outcome what the response did
     * @param next the state from now on
     */
    public record Step(Outcome outcome, ClientState next) {

        /** What one response did. */
        public sealed interface Outcome {}

        /** The server has nothing new, or nothing that changes a configuration. */
        public record Unchanged() implements Outcome {}

        /**
         * Configurations changed.
         *
         * @param changed new ones, and ones with new content
         * @param removed ones no longer meant for this client, as they were
         * @param refused single ones that were refused; empty unless the policy is partial
         */
        public record Updated(List<VerifiedConfig> changed, List<VerifiedConfig> removed, List<RefusedConfig> refused)
                implements Outcome {

            /** Copies the lists. */
            public Updated {
                changed = List.copyOf(changed);
                removed = List.copyOf(removed);
                refused = List.copyOf(refused);
            }
        }

        /**
         * The response was refused as a whole; configurations and trusted metadata are as before.
         *
         * @param refusal why
         */
        public record Refused(Refusal refusal) implements Outcome {}

        /**
         * A configuration that was refused while others of the same update applied (only with {@link ClientPolicy#partial}).
         *
         * @param path its path, as the server wrote it
         * @param refusal why
         * @param report sent to the server
         */
        public record RefusedConfig(String path, Refusal refusal, ConfigRequest.Report report) {}
    }
}
