// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigResponse;
import io.karst.remoteconfig.ConfigStatus;
import io.karst.remoteconfig.TargetFile;
import io.karst.remoteconfig.TrustAnchor;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** What cases of responses have in common: trust, clock and the protocol's JSON form. */
final class CaseTrust {

    private CaseTrust() {}

    /** A field of the case, or else of the whole collection. */
    static Optional<CaseJson> setting(CaseJson one, CaseJson all, String... names) {
        return one.find(names).or(() -> all.find(names));
    }

    static RemoteConfigClient client(Path folder, CaseJson one, CaseJson all) {
        Instant now = Instant.parse(setting(one, all, "clock")
                .orElseThrow(() -> new IllegalArgumentException("no clock"))
                .text());
        return new RemoteConfigClient(anchor(folder, one, all), ClientPolicy.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static TrustAnchor anchor(Path folder, CaseJson one, CaseJson all) {
        Optional<CaseJson> root = setting(one, all, "root", "initialRoot", "trustedRoot", "trusted_root");
        if (root.isPresent()) {
            return new TrustAnchor.InitialRoot(bytes(folder, root.get().text()));
        }
        CaseJson key = setting(one, all, "targetsKey")
                .orElseThrow(() -> new IllegalArgumentException("neither targetsKey nor root"));
        return new TrustAnchor.PinnedTargetsKey(
                key.need("keyid").text(),
                key.text("keytype", "ed25519"),
                key.text("scheme", "ed25519"),
                key.need("public").text());
    }

    /** A file's name, JSON, or base64. */
    private static Bytes bytes(Path folder, String text) {
        if (text.startsWith("{")) {
            return Bytes.utf8(text);
        }
        if (text.length() < 256 && Files.isRegularFile(folder.resolve(text))) {
            return Bytes.of(VectorRunner.read(folder.resolve(text)));
        }
        return Bytes.of(java.util.Base64.getMimeDecoder().decode(text));
    }

    static ConfigResponse response(CaseJson json) {
        List<TargetFile> files = json.list("target_files", "targetFiles").stream()
                .map(file -> new TargetFile(
                        file.need("path").text(),
                        file.find("raw").map(raw -> Bytes.of(raw.base64())).orElse(Bytes.EMPTY)))
                .toList();
        return new ConfigResponse(
                json.list("roots").stream().map(root -> Bytes.of(root.base64())).toList(),
                json.find("targets").map(targets -> Bytes.of(targets.base64())).orElse(Bytes.EMPTY),
                files,
                json.list("client_configs", "clientConfigs").stream()
                        .map(CaseJson::text)
                        .toList(),
                status(json));
    }

    private static ConfigStatus status(CaseJson json) {
        boolean expired = json.find("config_status", "configStatus")
                .filter(status ->
                        status.isNumber() ? status.number() == 1 : status.text().endsWith("EXPIRED"))
                .isPresent();
        return expired ? ConfigStatus.EXPIRED : ConfigStatus.OK;
    }
}
