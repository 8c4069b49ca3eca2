// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.format.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Exact canonical bytes, and inputs that have none. */
final class CanonicalCases {

    private static final int LIMIT = 1 << 24;

    private CanonicalCases() {}

    static List<VectorCase> cases(String name, Path folder, CaseJson json) {
        CaseJson vectors = CaseJson.parse(
                VectorRunner.read(folder.resolve(json.need("file").text())));
        List<VectorCase> cases = new ArrayList<>();
        for (CaseJson accepted : vectors.list("accept")) {
            cases.add(new VectorCase(name + " accept " + cases.size(), () -> {
                String found = canonical(accepted).toUtf8();
                VectorFailure.same(accepted.need("expected").text(), found, "canonical form");
            }));
        }
        for (CaseJson rejected : vectors.list("reject")) {
            cases.add(new VectorCase(name + " reject " + cases.size(), () -> {
                try {
                    canonical(rejected);
                } catch (RefusedException e) {
                    return;
                }
                throw new VectorFailure(
                        "accepted: " + rejected.need("input_json").text());
            }));
        }
        return cases;
    }

    private static Bytes canonical(CaseJson vector) {
        return JsonParser.parse("vector", Bytes.utf8(vector.need("input_json").text()), LIMIT)
                .canonical();
    }
}
