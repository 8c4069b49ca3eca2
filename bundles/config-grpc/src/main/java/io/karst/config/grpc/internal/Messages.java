// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import com.google.protobuf.ByteString;
import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.config.grpc.proto.ClientAgent;
import io.karst.config.grpc.proto.ClientGetConfigsRequest;
import io.karst.config.grpc.proto.ClientGetConfigsResponse;
import io.karst.config.grpc.proto.ClientTracer;
import io.karst.config.grpc.proto.ClientUpdater;
import io.karst.config.grpc.proto.File;
import io.karst.config.grpc.proto.FileMetaState;
import io.karst.config.grpc.proto.GetStateConfigResponse;
import io.karst.config.grpc.proto.TargetFileHash;
import io.karst.config.grpc.proto.TargetFileMeta;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.UpdaterDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.wire.ConfigBackend.RepositoryState;
import java.util.Optional;

/** Protobuf messages to plain values and back. Nothing is checked here: that is the core's business. */
final class Messages {

    private Messages() {}

    static ClientGetConfigsRequest toProto(ConfigRequest request) {
        ClientGetConfigsRequest.Builder out = ClientGetConfigsRequest.newBuilder();
        request.client().ifPresent(client -> out.setClient(toProto(client)));
        for (CachedFile file : request.cachedFiles()) {
            TargetFileMeta.Builder meta =
                    TargetFileMeta.newBuilder().setPath(file.path()).setLength(file.length());
            for (FileHash hash : file.hashes()) {
                meta.addHashes(TargetFileHash.newBuilder()
                        .setAlgorithm(hash.algorithm())
                        .setHash(hash.hash()));
            }
            out.addCachedTargetFiles(meta);
        }
        return out.build();
    }

    static ConfigRequest fromProto(ClientGetConfigsRequest request) {
        return new ConfigRequest(
                request.hasClient() ? Optional.of(fromProto(request.getClient())) : Optional.empty(),
                request.getCachedTargetFilesList().stream()
                        .map(file -> new CachedFile(
                                file.getPath(),
                                file.getLength(),
                                file.getHashesList().stream()
                                        .map(hash -> new FileHash(hash.getAlgorithm(), hash.getHash()))
                                        .toList()))
                        .toList());
    }

    static ClientGetConfigsResponse toProto(ConfigResponse response) {
        ClientGetConfigsResponse.Builder out = ClientGetConfigsResponse.newBuilder()
                .setTargets(toProto(response.targets()))
                .addAllClientConfigs(response.clientConfigs())
                .setConfigStatus(
                        response.status() == ConfigStatus.EXPIRED
                                ? io.karst.config.grpc.proto.ConfigStatus.CONFIG_STATUS_EXPIRED
                                : io.karst.config.grpc.proto.ConfigStatus.CONFIG_STATUS_OK);
        response.roots().forEach(root -> out.addRoots(toProto(root)));
        for (TargetFile file : response.targetFiles()) {
            out.addTargetFiles(File.newBuilder().setPath(file.path()).setRaw(toProto(file.raw())));
        }
        return out.build();
    }

    static ConfigResponse fromProto(ClientGetConfigsResponse response) {
        return new ConfigResponse(
                response.getRootsList().stream().map(Messages::fromProto).toList(),
                fromProto(response.getTargets()),
                response.getTargetFilesList().stream()
                        .map(file -> new TargetFile(file.getPath(), fromProto(file.getRaw())))
                        .toList(),
                response.getClientConfigsList(),
                response.getConfigStatus() == io.karst.config.grpc.proto.ConfigStatus.CONFIG_STATUS_EXPIRED
                        ? ConfigStatus.EXPIRED
                        : ConfigStatus.OK);
    }

    static GetStateConfigResponse toProto(RepositoryState state) {
        GetStateConfigResponse.Builder out = GetStateConfigResponse.newBuilder();
        state.directorState()
                .forEach((name, meta) -> out.putDirectorState(
                        name,
                        FileMetaState.newBuilder()
                                .setVersion(meta.version())
                                .setHash(meta.hash())
                                .build()));
        out.putAllTargetFilenames(state.targetFilenames());
        state.activeClients().forEach(client -> out.addActiveClients(toProto(client)));
        return out.build();
    }

    private static io.karst.config.grpc.proto.Client toProto(Client client) {
        io.karst.config.grpc.proto.Client.Builder out = io.karst.config.grpc.proto.Client.newBuilder()
                .setId(client.id())
                .addAllProducts(client.products())
                .setIsTracer(client.isTracer())
                .setIsAgent(client.isAgent())
                .setIsUpdater(client.isUpdater())
                .setLastSeen(client.lastSeen())
                .setCapabilities(toProto(client.capabilities()));
        client.state().ifPresent(state -> out.setState(toProto(state)));
        client.tracer()
                .ifPresent(tracer -> out.setClientTracer(ClientTracer.newBuilder()
                        .setRuntimeId(tracer.runtimeId())
                        .setLanguage(tracer.language())
                        .setTracerVersion(tracer.tracerVersion())
                        .setService(tracer.service())
                        .setEnv(tracer.env())
                        .setAppVersion(tracer.appVersion())
                        .addAllTags(tracer.tags())));
        client.agent()
                .ifPresent(agent -> out.setClientAgent(ClientAgent.newBuilder()
                        .setName(agent.name())
                        .setVersion(agent.version())
                        .setClusterName(agent.clusterName())
                        .setClusterId(agent.clusterId())
                        .addAllCwsWorkloads(agent.cwsWorkloads())));
        client.updater()
                .ifPresent(updater -> out.setClientUpdater(ClientUpdater.newBuilder()
                        .addAllTags(updater.tags())
                        .setAvailableDiskSpace(updater.availableDiskSpace())));
        return out.build();
    }

    private static Client fromProto(io.karst.config.grpc.proto.Client client) {
        return new Client(
                client.hasState() ? Optional.of(fromProto(client.getState())) : Optional.empty(),
                client.getId(),
                client.getProductsList(),
                client.getIsTracer(),
                client.hasClientTracer() ? Optional.of(fromProto(client.getClientTracer())) : Optional.empty(),
                client.getIsAgent(),
                client.hasClientAgent() ? Optional.of(fromProto(client.getClientAgent())) : Optional.empty(),
                client.getIsUpdater(),
                client.hasClientUpdater() ? Optional.of(fromProto(client.getClientUpdater())) : Optional.empty(),
                client.getLastSeen(),
                fromProto(client.getCapabilities()));
    }

    private static TracerDetails fromProto(ClientTracer tracer) {
        return new TracerDetails(
                tracer.getRuntimeId(),
                tracer.getLanguage(),
                tracer.getTracerVersion(),
                tracer.getService(),
                tracer.getEnv(),
                tracer.getAppVersion(),
                tracer.getTagsList());
    }

    private static AgentDetails fromProto(ClientAgent agent) {
        return new AgentDetails(
                agent.getName(),
                agent.getVersion(),
                agent.getClusterName(),
                agent.getClusterId(),
                agent.getCwsWorkloadsList());
    }

    private static UpdaterDetails fromProto(ClientUpdater updater) {
        return new UpdaterDetails(updater.getTagsList(), updater.getAvailableDiskSpace());
    }

    private static io.karst.config.grpc.proto.ClientState toProto(State state) {
        io.karst.config.grpc.proto.ClientState.Builder out = io.karst.config.grpc.proto.ClientState.newBuilder()
                .setRootVersion(state.rootVersion())
                .setTargetsVersion(state.targetsVersion())
                .setHasError(state.hasError())
                .setError(state.error())
                .setBackendClientState(toProto(state.backendClientState()));
        for (Report config : state.configStates()) {
            out.addConfigStates(io.karst.config.grpc.proto.ConfigState.newBuilder()
                    .setId(config.id())
                    .setVersion(config.version())
                    .setProduct(config.product())
                    .setApplyState(config.applyState().number())
                    .setApplyError(config.applyError()));
        }
        return out.build();
    }

    private static State fromProto(io.karst.config.grpc.proto.ClientState state) {
        return new State(
                state.getRootVersion(),
                state.getTargetsVersion(),
                state.getConfigStatesList().stream()
                        .map(config -> new Report(
                                config.getId(),
                                config.getVersion(),
                                config.getProduct(),
                                ApplyState.of(config.getApplyState()),
                                config.getApplyError()))
                        .toList(),
                state.getHasError(),
                state.getError(),
                fromProto(state.getBackendClientState()));
    }

    private static ByteString toProto(Bytes bytes) {
        return ByteString.copyFrom(bytes.toBuffer());
    }

    private static Bytes fromProto(ByteString bytes) {
        return Bytes.of(bytes.asReadOnlyByteBuffer());
    }
}
