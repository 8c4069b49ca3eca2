// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig;

import io.karst.config.ApplyOutcome.ApplyState;
import java.util.List;
import java.util.Optional;

/** The two messages of one exchange with a server. */
public sealed interface ConfigMessage {

    /**
     * What a client sends (message {@code ClientGetConfigsRequest}).
     *
     * @param client who asks and what it holds; absent when the message had none
     * @param cachedFiles files the client holds already
     */
    record ConfigRequest(Optional<Client> client, List<CachedFile> cachedFiles) implements ConfigMessage {

        /** Copies the list. */
        public ConfigRequest {
            cachedFiles = List.copyOf(cachedFiles);
        }

        /** Most bytes that this takes on the wire: what servers limit. */
        public long wireBytes() {
            return WireSize.of(this);
        }

        /**
         * Who asks (the protocol's message of that name), as it came: a server has to validate it.
         *
         * @param state what the client holds; absent when the message had none
         * @param id chosen by the client, new for each process
         * @param products names of the products it wants
         * @param isTracer whether it calls itself a tracer
         * @param tracer the tracer's details
         * @param isAgent whether it calls itself an agent
         * @param agent the agent's details
         * @param isUpdater whether it calls itself an updater
         * @param updater the updater's details
         * @param lastSeen unix seconds, set by servers
         * @param capabilities bit set, big endian
         */
        public record Client(
                Optional<State> state,
                String id,
                List<String> products,
                boolean isTracer,
                Optional<TracerDetails> tracer,
                boolean isAgent,
                Optional<AgentDetails> agent,
                boolean isUpdater,
                Optional<UpdaterDetails> updater,
                long lastSeen,
                Bytes capabilities) {

            /** Copies the list. */
            public Client {
                products = List.copyOf(products);
            }

            /**
             * An agent that holds nothing yet, and has no labels.
             *
             * @param id chosen by the client, not empty
             * @param products names of the products it wants
             */
            public static Client agent(String id, List<String> products, AgentDetails agent) {
                return agent(id, products, agent, List.of());
            }

            /**
             * An agent that holds nothing yet. The protocol has no tags for agents: its labels are sent as those of an updater, which it
             * does not call itself.
             *
             * @param id chosen by the client, not empty
             * @param products names of the products it wants
             */
            public static Client agent(String id, List<String> products, AgentDetails agent, List<Label> labels) {
                return new Client(
                        Optional.empty(),
                        id,
                        products.stream().distinct().sorted().toList(),
                        false,
                        Optional.empty(),
                        true,
                        Optional.of(agent),
                        false,
                        labels.isEmpty()
                                ? Optional.empty()
                                : Optional.of(new UpdaterDetails(
                                        labels.stream().map(Label::tag).toList(), 0)),
                        0,
                        Bytes.EMPTY);
            }

            /** What an agent calls itself; empty for others. */
            public String name() {
                return agent.map(AgentDetails::name).orElse("");
            }

            /** Its tags, which for a Karst client are its {@link Label labels}. */
            public List<String> tags() {
                return tracer.map(TracerDetails::tags)
                        .or(() -> updater.map(UpdaterDetails::tags))
                        .orElse(List.of());
            }

            /**
             * The same client with what it holds now.
             *
             * @param held goes with the next request
             */
            public Client with(State held) {
                return new Client(
                        Optional.of(held),
                        id,
                        products,
                        isTracer,
                        tracer,
                        isAgent,
                        agent,
                        isUpdater,
                        updater,
                        lastSeen,
                        capabilities);
            }
        }

        /**
         * What a client tells of itself with every request (the protocol's message of that name).
         *
         * @param rootVersion version of the trusted root, from 1
         * @param targetsVersion version of the trusted targets, 0 before the first
         * @param configStates one for each configuration held
         * @param hasError whether the last update failed
         * @param error why it failed; empty otherwise
         * @param backendClientState what the last targets asked to echo
         */
        public record State(
                long rootVersion,
                long targetsVersion,
                List<Report> configStates,
                boolean hasError,
                String error,
                Bytes backendClientState) {

            /** Copies the list. */
            public State {
                configStates = List.copyOf(configStates);
            }
        }

        /**
         * What a client tells of one configuration.
         *
         * @param id configuration id, the path's last segment but one
         * @param version the target's {@code custom.v}
         * @param product product name
         * @param applyState how far it is
         * @param applyError why it failed; empty otherwise
         */
        public record Report(String id, long version, String product, ApplyState applyState, String applyError) {}

        /**
         * A client that is a tracing library (message {@code ClientTracer}).
         *
         * @param runtimeId id of the process
         * @param language programming language
         * @param tracerVersion version of the library
         * @param service service name
         * @param env environment
         * @param appVersion version of the application
         * @param tags free tags
         */
        public record TracerDetails(
                String runtimeId,
                String language,
                String tracerVersion,
                String service,
                String env,
                String appVersion,
                List<String> tags) {

            /** Copies the list. */
            public TracerDetails {
                tags = List.copyOf(tags);
            }
        }

        /**
         * A client that is an agent (message {@code ClientAgent}).
         *
         * @param name name of the agent; that of a Karst client is its setting {@code client.name}
         * @param version its version
         * @param clusterName cluster it runs in; may be empty
         * @param clusterId id of that cluster; may be empty
         * @param cwsWorkloads workload selectors; mostly empty
         */
        public record AgentDetails(
                String name, String version, String clusterName, String clusterId, List<String> cwsWorkloads) {

            /** Copies the list. */
            public AgentDetails {
                cwsWorkloads = List.copyOf(cwsWorkloads);
            }
        }

        /**
         * A client that is an updater (message {@code ClientUpdater}, as far as it is used here).
         *
         * @param tags free tags
         * @param availableDiskSpace bytes
         */
        public record UpdaterDetails(List<String> tags, long availableDiskSpace) {

            /** Copies the list. */
            public UpdaterDetails {
                tags = List.copyOf(tags);
            }
        }

        /**
         * A file that the client holds already, so that the server need not send it.
         *
         * @param path target path
         * @param length bytes
         * @param hashes digests of the content
         */
        public record CachedFile(String path, long length, List<FileHash> hashes) {

            /** Copies the list. */
            public CachedFile {
                hashes = List.copyOf(hashes);
            }
        }

        /**
         * One digest of a file.
         *
         * @param algorithm as in the metadata, such as {@code sha256}
         * @param hash lower-case hexadecimal
         */
        public record FileHash(String algorithm, String hash) {}
    }

    /**
     * What a server answers (message {@code ClientGetConfigsResponse}); nothing about it is verified yet.
     *
     * @param roots new root metadata, in any order
     * @param targets targets metadata; empty when nothing is new
     * @param targetFiles files the client does not hold
     * @param clientConfigs paths of all configurations meant for this client
     * @param status state of the server's repository
     */
    record ConfigResponse(
            List<Bytes> roots,
            Bytes targets,
            List<TargetFile> targetFiles,
            List<String> clientConfigs,
            ConfigStatus status)
            implements ConfigMessage {

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

        /** Most bytes that this takes on the wire: what clients limit. */
        public long wireBytes() {
            return WireSize.of(this);
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
}
