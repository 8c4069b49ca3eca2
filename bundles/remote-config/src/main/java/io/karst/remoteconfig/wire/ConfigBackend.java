// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** What a server knows. Called on several threads at once. */
@ConsumerType
public interface ConfigBackend {

    /**
     * Answers {@code ClientGetConfigs}.
     *
     * @param request as it came; to be validated
     * @return the response, or which rule the request breaks
     */
    Answer answer(ConfigRequest request);

    /** Answers {@code GetConfigState}, what is offered and who asks. */
    RepositoryState state();

    /** What a server says to a request. */
    sealed interface Answer {

        /**
         * The request is in order.
         *
         * @param response what to send
         */
        record Answered(ConfigResponse response) implements Answer {}

        /**
         * The request breaks a rule (INVALID_ARGUMENT).
         *
         * @param reason which rule
         */
        record InvalidRequest(String reason) implements Answer {}

        /** Remote configuration is switched off here (UNIMPLEMENTED). */
        record SwitchedOff() implements Answer {}
    }

    /**
     * What a server offers and who asks for it (message {@code GetStateConfigResponse}).
     *
     * @param directorState metadata files of the repository by name
     * @param targetFilenames digest of each target by its path
     * @param activeClients clients seen lately, with {@link Client#lastSeen}
     */
    record RepositoryState(
            Map<String, FileMetaState> directorState, Map<String, String> targetFilenames, List<Client> activeClients) {

        /**
         * One metadata file.
         *
         * @param version its version
         * @param hash its SHA-256, lower-case hexadecimal
         */
        public record FileMetaState(long version, String hash) {}

        /** Copies the collections. */
        public RepositoryState {
            directorState = Map.copyOf(directorState);
            targetFilenames = Map.copyOf(targetFilenames);
            activeClients = List.copyOf(activeClients);
        }
    }
}
