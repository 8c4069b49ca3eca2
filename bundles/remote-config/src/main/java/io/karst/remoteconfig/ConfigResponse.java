// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import java.util.List;

/**
 * What a server answers (message {@code ClientGetConfigsResponse}); nothing about it is verified yet.
 *
 * @param roots new root metadata, in any order
 * @param targets targets metadata; empty when nothing is new
 * @param targetFiles files the client does not hold
 * @param clientConfigs paths of all configurations meant for this client
 * @param status state of the server's repository
 */
public record ConfigResponse(
        List<Bytes> roots,
        Bytes targets,
        List<TargetFile> targetFiles,
        List<String> clientConfigs,
        ConfigStatus status) {

    /** The answer of a server that has nothing new. */
    public static final ConfigResponse EMPTY =
            new ConfigResponse(List.of(), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);

    /** Copies the lists. */
    public ConfigResponse {
        roots = List.copyOf(roots);
        targetFiles = List.copyOf(targetFiles);
        clientConfigs = List.copyOf(clientConfigs);
    }

    /**
     * Whether nothing at all came, which means that nothing is new: true without roots, targets, files and configurations.
     */
    public boolean isEmpty() {
        return roots.isEmpty() && targets.isEmpty() && targetFiles.isEmpty() && clientConfigs.isEmpty();
    }

    /**
     * A file as a server sends it; nothing about it is verified yet.
     *
     * @param path target path
     * @param raw content
     */
    public record TargetFile(String path, Bytes raw) {}

    /** What a server says of its own repository. The order is the number on the wire. */
    public enum ConfigStatus {
        /** 0: the repository is current. */
        OK,
        /** 1: the repository's signatures have expired; the answer carries no configuration. */
        EXPIRED
    }
}
