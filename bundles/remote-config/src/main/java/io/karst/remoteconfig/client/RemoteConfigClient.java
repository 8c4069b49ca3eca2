// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.ApplyReport;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ClientIdentity;
import io.karst.remoteconfig.ConfigRequest;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.TrustAnchor;
import java.time.Clock;
import java.util.List;

/** The client as a pure state machine; nothing here keeps anything, asks anybody or reads the system's clock. */
@SuppressWarnings("DoNotCallSuggester") // the shape first: bodies follow
public final class RemoteConfigClient {

    /**
     * Prepares a client.
     *
     * @param trust where trust begins
     * @param policy the embedder's decisions
     * @param clock what expiry is measured by
     * @throws io.karst.remoteconfig.RefusedException if the trust anchor is not usable
     */
    public RemoteConfigClient(TrustAnchor trust, ClientPolicy policy, Clock clock) {
        throw new UnsupportedOperationException(trust + " " + policy + " " + clock);
    }

    /**
     * The state of a first start.
     *
     * @return nothing but the trust anchor
     */
    public RemoteConfigClientState start() {
        throw new UnsupportedOperationException();
    }

    /**
     * What to send next.
     *
     * @param state what is held
     * @param identity who asks
     * @return the request
     */
    public ConfigRequest request(RemoteConfigClientState state, ClientIdentity identity) {
        throw new UnsupportedOperationException(state + " " + identity);
    }

    /**
     * Takes one response. Any fault in it leaves configurations and trusted metadata as before.
     *
     * @param state what is held
     * @param response what the server sent
     * @param reports listeners' outcomes since the last step; those for other versions are dropped
     * @return what happened, and the next state
     */
    public Step step(RemoteConfigClientState state, ConfigResponse response, List<ApplyReport> reports) {
        throw new UnsupportedOperationException(state + " " + response + " " + reports);
    }

    /**
     * Folds listeners' outcomes in without a response.
     *
     * @param state what is held
     * @param reports outcomes; those for other versions are dropped
     * @return the next state
     */
    public RemoteConfigClientState report(RemoteConfigClientState state, List<ApplyReport> reports) {
        throw new UnsupportedOperationException(state + " " + reports);
    }

    /**
     * Notes an attempt that brought no response, so that the next request tells of it.
     *
     * @param state what is held
     * @param error one line
     * @return the next state
     */
    public RemoteConfigClientState failed(RemoteConfigClientState state, String error) {
        throw new UnsupportedOperationException(state + " " + error);
    }

    /**
     * Removes configurations whose own validity has ended.
     *
     * @param state what is held
     * @return {@link Outcome.Updated} with what was removed, or {@link Outcome.Unchanged}
     */
    public Step expire(RemoteConfigClientState state) {
        throw new UnsupportedOperationException(state.toString());
    }

    /**
     * The form to store.
     *
     * @param state what is held
     * @return bytes with a format version and a digest
     */
    public Bytes store(RemoteConfigClientState state) {
        throw new UnsupportedOperationException(state.toString());
    }

    /**
     * Reads a stored form and verifies everything in it again, with this client's trust. Expiry of metadata is not looked at: what was
     * good when it came stays in force.
     *
     * @param stored what {@link #store} gave
     * @return the state to go on with
     */
    public Restored restore(Bytes stored) {
        throw new UnsupportedOperationException(stored.toString());
    }
}
