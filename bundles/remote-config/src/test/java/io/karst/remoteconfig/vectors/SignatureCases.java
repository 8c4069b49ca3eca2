// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.tuf.TufKey;
import io.karst.remoteconfig.tuf.TufKey.VerificationKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Signatures that have to be taken or refused, in the schema of Wycheproof. */
final class SignatureCases {

    private SignatureCases() {}

    static List<VectorCase> cases(String name, Path folder, CaseJson json) {
        Path files = folder.resolve(json.text("folder", "."));
        List<VectorCase> cases = new ArrayList<>();
        for (CaseJson file : json.list("files")) {
            CaseJson vectors = CaseJson.parse(VectorRunner.read(files.resolve(file.text())));
            String algorithm = vectors.need("algorithm").text();
            for (CaseJson group : vectors.list("testGroups")) {
                Optional<VerificationKey> key = key(algorithm, group);
                for (CaseJson vector : group.list("tests")) {
                    String id =
                            name + " " + file.text() + " " + vector.need("tcId").number();
                    cases.add(new VectorCase(id, () -> check(key, vector)));
                }
            }
        }
        return cases;
    }

    private static Optional<VerificationKey> key(String algorithm, CaseJson group) {
        return switch (algorithm) {
            case "EDDSA", "EdDSA" ->
                TufKey.verificationKey(
                        "ed25519",
                        "ed25519",
                        group.need("publicKey", "key").need("pk").text());
            case "ECDSA" -> {
                VectorFailure.same("SHA-256", group.need("sha").text(), "digest");
                yield TufKey.verificationKey(
                        "ecdsa",
                        "ecdsa-sha2-nistp256",
                        group.need("publicKeyPem", "keyPem").text());
            }
            case "RSASSA-PSS" ->
                TufKey.verificationKey(
                        "rsa",
                        "rsassa-pss-sha256",
                        group.need("publicKeyPem", "keyPem").text());
            default -> throw new IllegalArgumentException("unknown algorithm " + algorithm);
        };
    }

    private static void check(Optional<VerificationKey> key, CaseJson vector) {
        Bytes message = Bytes.hex(vector.need("msg").text());
        Bytes signature = Bytes.hex(vector.need("sig").text());
        boolean good = key.map(usable -> usable.verifies(message, signature)).orElse(false);
        String result = vector.need("result").text();
        switch (result) {
            case "valid" -> VectorFailure.unless(good, "a valid signature is refused");
            case "invalid" -> VectorFailure.unless(!good, "an invalid signature is taken");
            case "acceptable" -> {}
            default -> throw new IllegalArgumentException("unknown result " + result);
        }
    }
}
