// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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

    /**
     * Makes a P-256 key and a certificate signed by itself: server certificate, client certificate and trust anchor at once.
     *
     * @param commonName shown to people
     * @param names host names and IP addresses that it is good for
     * @param now it is good from a day before, for clocks that differ
     * @param validity how long from now
     * @return PEM with {@code CERTIFICATE} and {@code PRIVATE KEY}: secret
     * @throws IllegalArgumentException if a name looks like an IP address and is none
     */
    String selfSigned(String commonName, List<String> names, Instant now, Duration validity);
}
