// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.wire;

import org.osgi.annotation.versioning.ProviderType;

/** A server's end, listening. */
@ProviderType
public interface ConfigEndpoint extends AutoCloseable {

    /**
     * Where it listens.
     *
     * @return the port
     */
    int port();

    /** Stops listening and ends every connection. */
    @Override
    void close();
}
