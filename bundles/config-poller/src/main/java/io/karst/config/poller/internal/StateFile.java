// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.client.RemoteConfigClientState;
import io.karst.remoteconfig.client.Restored;
import io.karst.remoteconfig.store.AtomicFile;
import java.io.IOException;
import java.util.Optional;

/** The client's state across restarts. A disk that cannot be written is reported and otherwise no reason to stop. */
class StateFile {

    /** More than any state: 110 MiB of content, base64, and metadata. */
    private static final long MAX_BYTES = 512L << 20;

    private final AtomicFile file;
    private String storage;

    StateFile(AtomicFile file) {
        this.file = file;
        storage = "nothing stored yet; will be in " + file.path();
    }

    /**
     * Where the state is kept, or why it is not.
     *
     * @return one line
     */
    String storage() {
        return storage;
    }

    /**
     * What was stored, verified again; a first start's state if nothing usable is there.
     *
     * @param client verifies
     * @return the state to go on with
     */
    RemoteConfigClientState restore(RemoteConfigClient client) {
        try {
            Optional<Bytes> stored = file.read(MAX_BYTES);
            if (stored.isEmpty()) {
                return client.start();
            }
            Restored restored = client.restore(stored.get());
            storage = restored instanceof Restored.Rejected rejected
                    ? file.path() + " was refused: " + rejected.refusal().message()
                    : "in " + file.path();
            return restored.state();
        } catch (IOException e) {
            storage = "not readable: " + e;
            return client.start();
        }
    }

    void store(RemoteConfigClient client, RemoteConfigClientState state) {
        try {
            file.write(client.store(state));
            storage = "in " + file.path();
        } catch (IOException e) {
            storage = "in memory only, lost at restart: " + e;
        }
    }
}
