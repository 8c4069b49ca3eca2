// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The director: selects the configurations for one client. The request has passed {@link RequestRules}.
 *
 * @param roots every root that is kept
 * @param rootVersion version of the last of them
 * @param targets signed list of what is offered
 * @param targetsVersion its version
 * @param backendState what clients that hold it send back
 * @param expires when root or targets expire, whichever comes first
 * @param offered every configuration
 */
record Director(
        List<Bytes> roots,
        long rootVersion,
        Bytes targets,
        long targetsVersion,
        Bytes backendState,
        Instant expires,
        Collection<PublishedConfig> offered) {

    ConfigResponse answer(ConfigRequest request, Instant now) {
        Client client = request.client().orElseThrow();
        State state = client.state().orElseThrow();
        if (!now.isBefore(expires)) {
            return new ConfigResponse(List.of(), targets, List.of(), List.of(), ConfigStatus.EXPIRED);
        }
        List<Bytes> roots = newRoots(state);
        if (roots.size()
                > Limits.DEFAULT.rotations()) { // more than clients take at once: they ask again with the last of these
            return new ConfigResponse(
                    roots.subList(0, Limits.DEFAULT.rotations()), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);
        }
        List<PublishedConfig> matching = matching(client, now);
        Set<String> cached = RequestRules.usable(request.cachedFiles()).stream()
                .flatMap(Director::keys)
                .collect(Collectors.toSet());
        if (isCurrent(state, cached, matching)) {
            return ConfigResponse.EMPTY;
        }
        List<TargetFile> files = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (PublishedConfig config : matching) {
            String path = config.path().text();
            paths.add(path);
            if (!cached.contains(key(config))) {
                files.add(new TargetFile(path, config.content()));
            }
        }
        return new ConfigResponse(roots, targets, files, paths, ConfigStatus.OK);
    }

    /** Answers a client for which everything is meant and that holds nothing. */
    ConfigResponse everything() {
        return new ConfigResponse(
                List.of(),
                targets,
                offered.stream()
                        .map(config -> new TargetFile(config.path().text(), config.content()))
                        .toList(),
                offered.stream().map(config -> config.path().text()).toList(),
                ConfigStatus.OK);
    }

    /**
     * Nothing is new if the client holds this very list, and just the configurations that are meant for it, each with this content: what
     * it asks for may have changed since, and so may what has expired.
     */
    private boolean isCurrent(State state, Set<String> cached, List<PublishedConfig> matching) {
        if (state.targetsVersion() != targetsVersion
                || !state.backendClientState().equals(backendState)
                || state.rootVersion() < rootVersion) {
            return false;
        }
        Set<String> held = new HashSet<>();
        state.configStates().forEach(config -> held.add(config.product() + "/" + config.id()));
        Set<String> meant = new HashSet<>();
        matching.forEach(config ->
                meant.add(config.path().product() + "/" + config.path().id()));
        // clients do not list empty files; of these there is one content only
        return held.equals(meant)
                && matching.stream().allMatch(config -> config.content().isEmpty() || cached.contains(key(config)));
    }

    private List<PublishedConfig> matching(Client client, Instant now) {
        List<PublishedConfig> matching = new ArrayList<>();
        for (PublishedConfig config : offered) {
            if (!config.isOver(now) && config.isFor(client)) {
                matching.add(config);
            }
        }
        return matching;
    }

    private List<Bytes> newRoots(State state) {
        long held = state.rootVersion() - rootVersion + roots.size();
        int from = (int) Math.max(0, Math.min(held, roots.size()));
        return roots.subList(from, roots.size());
    }

    private static java.util.stream.Stream<String> keys(CachedFile file) {
        return file.hashes().stream()
                .filter(hash -> hash.algorithm().equals("sha256"))
                .map(FileHash::hash)
                .map(hash -> key(file.path(), file.length(), hash));
    }

    private static String key(PublishedConfig config) {
        return key(config.path().text(), config.content().size(), config.sha256());
    }

    private static String key(String path, long length, String sha256) {
        return length + " " + sha256 + " " + path;
    }
}
