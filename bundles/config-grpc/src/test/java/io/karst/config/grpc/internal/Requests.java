// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.grpc.internal;

import io.karst.config.ApplyOutcome.ApplyState;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.AgentDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.CachedFile;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Client;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.FileHash;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.Report;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.State;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.TracerDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigRequest.UpdaterDetails;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import java.util.List;
import java.util.Optional;

/** Messages with every field set. */
final class Requests {

    private Requests() {}

    static ConfigRequest full() {
        State state = new State(
                3,
                Long.MAX_VALUE,
                List.of(new Report("id", 7, "PRODUCT", ApplyState.ERROR, "why not")),
                true,
                "last failure",
                Bytes.hex("00ff10"));
        Client client = new Client(
                Optional.of(state),
                "client-id",
                List.of("A", "B"),
                true,
                Optional.of(new TracerDetails("runtime", "java", "1.2.3", "service", "env", "app", List.of("t:1"))),
                true,
                Optional.of(new AgentDetails("name", "1", "cluster", "cluster-id", List.of("w"))),
                true,
                Optional.of(new UpdaterDetails(List.of("u"), 99)),
                12,
                Bytes.hex("80"));
        return new ConfigRequest(
                Optional.of(client),
                List.of(new CachedFile("employee/A/b/c", 5, List.of(new FileHash("sha256", "abcd")))));
    }

    static ConfigResponse response() {
        return new ConfigResponse(
                List.of(Bytes.utf8("root 2"), Bytes.utf8("root 3")),
                Bytes.utf8("targets"),
                List.of(new TargetFile("employee/A/b/c", Bytes.hex("000102ff"))),
                List.of("employee/A/b/c", "employee/A/d/c"),
                ConfigStatus.EXPIRED);
    }
}
