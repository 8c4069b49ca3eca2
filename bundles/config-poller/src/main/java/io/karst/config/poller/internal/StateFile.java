// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.AtomicFile;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.io.IOException;
import java.util.Optional;

/** Stores the client's state on disk. If the disk cannot be written, that is reported, and polling continues. */
class StateFile {

    /** More than any state: 110 MiB of content, base64, and metadata. */
    private static final long MAX_BYTES = 512L << 20;

    private final AtomicFile file;
    private String storage;

    StateFile(AtomicFile file) {
        this.file = file;
        storage = "nothing stored yet; will be in " + file.path();
    }

    /** Where the state is kept, or why it is not: one line. */
    String storage() {
        return storage;
    }

    /**
     * Reads the stored state and verifies it again; without a usable one, it is the state of a first start.
     *
     * @return the state to go on with
     */
    ClientState restore(RemoteConfigClient client) {
        try {
            Optional<Bytes> stored = file.read(MAX_BYTES);
            if (stored.isEmpty()) {
                return client.start();
            }
            Step restored = client.restore(stored.get());
            storage = restored.outcome() instanceof Step.Refused refused
                    ? file.path() + " was refused: " + refused.refusal().message()
                    : "in " + file.path();
            return restored.next();
        } catch (IOException e) {
            storage = "not readable: " + e;
            return client.start();
        }
    }

    void store(RemoteConfigClient client, ClientState state) {
        try {
            file.write(client.store(state));
            storage = "in " + file.path();
        } catch (IOException e) {
            storage = "in memory only, lost at restart: " + e;
        }
    }
}
