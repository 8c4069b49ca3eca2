// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.client.ClientState;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Single responses to a fresh client: taken whole, or refused without a trace. */
final class ResponseCases {

    private ResponseCases() {}

    static List<VectorCase> cases(String name, Path folder, CaseJson json) {
        List<VectorCase> cases = new ArrayList<>();
        for (CaseJson one : json.list("cases")) {
            String file = one.need("file").text();
            cases.add(new VectorCase(name + " " + file, () -> check(folder, one, json)));
        }
        return cases;
    }

    private static void check(Path folder, CaseJson one, CaseJson all) {
        ConfigResponse response = CaseTrust.response(
                CaseJson.parse(VectorRunner.read(folder.resolve(one.need("file").text()))));
        RemoteConfigClient client = CaseTrust.client(folder, one, all);
        ClientState before = client.start();
        Step step = client.step(before, response);
        if (one.need("accept").bool()) {
            if (step.outcome() instanceof Step.Refused refused) {
                throw new VectorFailure("refused: " + refused.refusal().message());
            }
            VectorFailure.same(
                    new TreeSet<>(response.clientConfigs()),
                    new TreeSet<>(step.next().configs().keySet()),
                    "configurations in force");
        } else {
            VectorFailure.unless(step.outcome() instanceof Step.Refused, "accepted, should be refused");
            VectorFailure.same(client.failed(before, ""), client.failed(step.next(), ""), "state after a refusal");
        }
    }
}
