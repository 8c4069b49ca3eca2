// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigRequest.Report;
import io.karst.remoteconfig.format.ByteFormat;
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
        ByteFormat.Writer out = new ByteFormat.Writer(FORMAT, FORMAT_VERSION);
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
}
