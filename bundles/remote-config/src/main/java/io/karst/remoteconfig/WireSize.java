// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import java.util.Collection;
import java.util.stream.Stream;

/** Upper bounds of what messages take as protobuf: each field with its longest tag and length. */
final class WireSize {

    /** Tag and length of a text or a message, each as long as it can be here. */
    private static final long HEAD = 7;

    /** Tag and value of a number. */
    private static final long NUMBER = 12;

    private WireSize() {}

    static long of(ConfigRequest request) {
        long size = request.client().map(WireSize::client).orElse(0L);
        for (CachedFile file : request.cachedFiles()) {
            size += HEAD + text(file.path()) + NUMBER;
            size += file.hashes().stream()
                    .mapToLong(hash -> HEAD + text(hash.algorithm()) + text(hash.hash()))
                    .sum();
        }
        return size;
    }

    static long of(ConfigResponse response) {
        return response.roots().stream().mapToLong(WireSize::bytes).sum()
                + bytes(response.targets())
                + response.targetFiles().stream()
                        .mapToLong(file -> HEAD + text(file.path()) + bytes(file.raw()))
                        .sum()
                + texts(response.clientConfigs())
                + NUMBER;
    }

    private static long client(Client client) {
        return HEAD
                + text(client.id())
                + texts(client.products())
                + 4 * NUMBER
                + bytes(client.capabilities())
                + client.state().map(WireSize::state).orElse(0L)
                + client.tracer()
                        .map(tracer -> HEAD
                                + texts(
                                        tracer.runtimeId(),
                                        tracer.language(),
                                        tracer.tracerVersion(),
                                        tracer.service(),
                                        tracer.env(),
                                        tracer.appVersion())
                                + texts(tracer.tags()))
                        .orElse(0L)
                + client.agent()
                        .map(agent -> HEAD
                                + texts(agent.name(), agent.version(), agent.clusterName(), agent.clusterId())
                                + texts(agent.cwsWorkloads()))
                        .orElse(0L)
                + client.updater()
                        .map(updater -> HEAD + texts(updater.tags()) + NUMBER)
                        .orElse(0L);
    }

    private static long state(State state) {
        return HEAD
                + 3 * NUMBER
                + text(state.error())
                + bytes(state.backendClientState())
                + state.configStates().stream()
                        .mapToLong(
                                report -> HEAD + 2 * NUMBER + texts(report.id(), report.product(), report.applyError()))
                        .sum();
    }

    private static long texts(String... texts) {
        return Stream.of(texts).mapToLong(WireSize::text).sum();
    }

    private static long texts(Collection<String> texts) {
        return texts.stream().mapToLong(WireSize::text).sum();
    }

    private static long text(String text) {
        return bytes(Bytes.utf8(text));
    }

    private static long bytes(Bytes bytes) {
        return HEAD + bytes.size();
    }
}
