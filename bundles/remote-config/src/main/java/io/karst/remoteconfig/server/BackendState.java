// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.server;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonParser;
import io.karst.remoteconfig.format.JsonValue.JsonInteger;
import io.karst.remoteconfig.format.JsonValue.JsonObject;
import io.karst.remoteconfig.format.JsonValue.JsonString;
import java.util.Map;
import java.util.Optional;

/**
 * What clients are asked to send back: which signed list they hold. A version alone does not say: a server that was restored from a
 * backup gives the same one again to another list.
 *
 * @param targetsVersion version of the list
 * @param sha256 digest of its canonical form without this, lower-case hexadecimal
 */
record BackendState(long targetsVersion, String sha256) {

    private static final int MAX_BYTES = 256;

    Bytes toBytes() {
        return new JsonObject(Map.of("targets", JsonInteger.of(targetsVersion), "sha256", new JsonString(sha256)))
                .canonical();
    }

    /** Reads what a client sent; absent if it is not of this form, such as what another server asked it to send. */
    static Optional<BackendState> find(Bytes sent) {
        if (sent.isEmpty() || sent.size() > MAX_BYTES) {
            return Optional.empty();
        }
        try {
            return JsonParser.parse("backend_client_state", sent, MAX_BYTES) instanceof JsonObject object
                            && object.members().get("targets") instanceof JsonInteger version
                            && object.members().get("sha256") instanceof JsonString digest
                            && version.number().bitLength() < Long.SIZE
                    ? Optional.of(new BackendState(version.number().longValue(), digest.text()))
                    : Optional.empty();
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }
}
