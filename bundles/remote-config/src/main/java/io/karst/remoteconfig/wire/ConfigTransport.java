// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import org.osgi.annotation.versioning.ProviderType;

/** A client's end. Used by one thread at a time. */
@ProviderType
public interface ConfigTransport extends AutoCloseable {

    /**
     * Sends a request and waits for the answer. After a failure the connection is made anew, with credentials read again.
     *
     * @throws TransportException if nothing came, and why
     * @throws InterruptedException if the thread was interrupted while waiting
     */
    ConfigResponse exchange(ConfigRequest request) throws TransportException, InterruptedException;

    /** Ends the connection. */
    @Override
    void close();
}
