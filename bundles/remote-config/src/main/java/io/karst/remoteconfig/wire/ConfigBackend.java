// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import io.karst.remoteconfig.ConfigRequest;
import io.karst.remoteconfig.server.Answer;
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

    /**
     * Answers {@code GetConfigState}.
     *
     * @return what is offered and who asks
     */
    RepositoryState state();
}
