// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import io.karst.remoteconfig.tuf.RootMetadata;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A target for Jazzer, run by {@code ./test fuzz}. Takes the input as a whole response and as a trust anchor; anything thrown
 * but a refusal is a finding, and so is any configuration, since no input is signed.
 */
public final class ResponseFuzzer {

    private static final String PATH = "datadog/2/TESTING1/one/config";
    private static final RemoteConfigClient CLIENT = new RemoteConfigClient(
            root(), ClientPolicy.DEFAULT, Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));

    /** Its keys sign nothing else, and are forgotten at once. */
    private static Bytes root() {
        SigningKey key = Forge.key();
        return Forge.sign(Forge.root(1, Forge.LATER, RoleKeys.of(key), RoleKeys.of(Forge.key())), key);
    }

    private ResponseFuzzer() {}

    /**
     * One input.
     *
     * @param input anything
     */
    public static void fuzzerTestOneInput(byte[] input) {
        Bytes bytes = Bytes.of(input);
        ConfigResponse response = new ConfigResponse(
                List.of(bytes), bytes, List.of(new TargetFile(PATH, bytes)), List.of(PATH), ConfigStatus.OK);
        Step step = CLIENT.step(CLIENT.start(), response);
        if (!step.next().configs().isEmpty()) {
            throw new AssertionError("applied " + step.next().configs());
        }
        if (!CLIENT.restore(bytes).next().configs().isEmpty()) {
            throw new AssertionError("restored something");
        }
        try {
            RootMetadata.trusted(bytes);
        } catch (RefusedException e) {
            return; // as it should be for nearly every input; a root may sign itself
        }
    }
}
