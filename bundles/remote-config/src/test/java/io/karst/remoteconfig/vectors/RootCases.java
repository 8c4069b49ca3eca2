// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.vectors;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.client.ClientPolicy;
import io.karst.remoteconfig.client.RemoteConfigClient;
import io.karst.remoteconfig.format.JsonParser;
import io.karst.remoteconfig.format.JsonValue;
import io.karst.remoteconfig.tuf.RootMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Real trust anchors: signed by their own keys, key ids are digests, and long expired ones still begin a chain. */
final class RootCases {

    private static final Clock LATE = Clock.fixed(Instant.parse("2100-01-01T00:00:00Z"), ZoneOffset.UTC);

    private RootCases() {}

    static List<VectorCase> cases(String name, Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".json") && !file.endsWith("case.json"))
                    .sorted()
                    .map(file -> new VectorCase(name + " " + folder.relativize(file), () -> check(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Path file) {
        Bytes raw = Bytes.of(VectorRunner.read(file));
        RootMetadata root = RootMetadata.trusted(raw);
        CaseJson.parse(raw.toArray())
                .need("signed")
                .need("keys")
                .members()
                .keySet()
                .forEach(id -> checkId(raw, id));
        RemoteConfigClient client = new RemoteConfigClient(raw, ClientPolicy.DEFAULT, LATE);
        VectorFailure.same(root.version(), client.start().rootVersion(), "root version");
    }

    /** A key's id has to be the digest of its description. */
    private static void checkId(Bytes root, String id) {
        JsonValue key = member(member(member(JsonParser.parse("root", root, root.size()), "signed"), "keys"), id);
        VectorFailure.same(id, key.canonical().digest("SHA-256").toHex(), "key id");
    }

    private static JsonValue member(JsonValue object, String name) {
        return Objects.requireNonNull(((JsonValue.JsonObject) object).members().get(name));
    }
}
