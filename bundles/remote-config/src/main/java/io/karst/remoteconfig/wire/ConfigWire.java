// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;

/** Opens both ends of the protocol {@code datadog.api.v1.AgentSecure}. Thread-safe. */
@ProviderType
public interface ConfigWire {

    /**
     * A client's end. Nothing is read or connected before the first exchange, so a server that is not there yet is no error here.
     *
     * @param settings where to, and with which credentials
     * @return to be closed by the caller
     */
    ConfigTransport connect(ConnectionSettings settings);

    /**
     * A server's end, listening when this returns.
     *
     * @param settings where, and with which credentials
     * @param backend answers requests, on several threads at once
     * @return to be closed by the caller
     * @throws IOException if a credential file is missing or refused, or the port is taken
     */
    ConfigEndpoint serve(EndpointSettings settings, ConfigBackend backend) throws IOException;
}
