// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
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
        return new RemoteConfigClient(root(folder, one, all), ClientPolicy.DEFAULT, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Bytes root(Path folder, CaseJson one, CaseJson all) {
        return setting(one, all, "root", "initialRoot", "trustedRoot", "trusted_root")
                .map(root -> bytes(folder, root.text()))
                .orElseGet(() -> rootFor(setting(one, all, "targetsKey")
                        .orElseThrow(() -> new IllegalArgumentException("neither targetsKey nor root"))));
    }

    /** A root of our own that trusts the one key that signs the case's targets. */
    private static Bytes rootFor(CaseJson targetsKey) {
        SigningKey own = Forge.key();
        String keyId = targetsKey.need("keyid").text();
        String role = Forge.role("[\"" + keyId + "\"]", 1);
        String keys = "{" + Forge.keyEntry(own.keyId(), own) + ",\"" + keyId
                + "\":{\"keyid_hash_algorithms\":[\"sha256\",\"sha512\"],\"keytype\":\""
                + targetsKey.text("keytype", "ed25519") + "\",\"scheme\":\"" + targetsKey.text("scheme", "ed25519")
                + "\",\"keyval\":{\"public\":\"" + targetsKey.need("public").text() + "\"}}}";
        Map<String, String> roles =
                Map.of("root", Forge.role(RoleKeys.of(own)), "targets", role, "snapshot", role, "timestamp", role);
        return Forge.sign(Forge.rootOf(1, Forge.LATER, keys, roles), own);
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
