// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.component.AtomicFile;
import io.karst.component.SafeText;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the client's state on disk. If the disk cannot be written, that is reported, polling continues, and the write is owed until
 * it succeeds.
 */
class StateFile {

    private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

    /** More than any state: 110 MiB of content, base64, and metadata. */
    private static final int MAX_BYTES = 512 << 20;

    private final AtomicFile file;
    private volatile String storage;
    private volatile String lost = "";
    private volatile boolean owed;

    StateFile(AtomicFile file) {
        this.file = file;
        storage = "nothing stored yet; will be in " + file.path();
    }

    /** Where the state is kept, or why it is not: one line. */
    String storage() {
        return storage + lost;
    }

    /**
     * Reads the stored state and verifies it again; without a usable one, it is the state of a first start.
     *
     * @return the state to go on with
     */
    ClientState restore(RemoteConfigClient client) {
        try {
            Optional<Bytes> stored = file.read(MAX_BYTES).map(Bytes::of);
            if (stored.isEmpty()) {
                return client.start();
            }
            Step restored = client.restore(stored.get());
            if (restored.outcome() instanceof Step.Refused refused) {
                return startOver(
                        client,
                        file.path() + " was refused: " + refused.refusal().message());
            }
            storage = "in " + file.path();
            return restored.next();
        } catch (IOException e) {
            return startOver(client, file.path() + " is not readable: " + e.getMessage());
        }
    }

    /** Without the stored state nothing is known of the versions that were seen before. The server hears of it, too. */
    private ClientState startOver(RemoteConfigClient client, String why) {
        lost = "; rollback protection was lost at the last start, because " + why;
        LOG.warn(
                "the client starts over from its root of trust and accepts older configurations than before its start:"
                        + " rollback protection is lost, because {}",
                why);
        return client.failed(client.start(), "rollback protection was lost: " + why);
    }

    /** Stores a state. If that fails, {@link #storeIfOwed} does it later. */
    void store(RemoteConfigClient client, ClientState state) {
        try {
            file.write(client.store(state).toBuffer());
            storage = "in " + file.path();
            if (owed) {
                owed = false;
                LOG.info("{} could be written again; it holds what is in force", file.path());
            }
        } catch (IOException e) {
            storage = "in memory only, lost at restart: " + e.getMessage();
            if (!owed) {
                owed = true;
                LOG.warn(
                        "the configuration in force would be lost at a restart; tried again at each poll: {}",
                        SafeText.of(e.getMessage()));
            }
        }
    }

    /** Stores the state now in force if the last attempt to store one failed. */
    void storeIfOwed(RemoteConfigClient client, ClientState inForce) {
        if (owed) {
            store(client, inForce);
        }
    }
}
