// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.tuf;

import static io.karst.remoteconfig.server.Forge.LATER;
import static org.assertj.core.api.Assertions.assertThat;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows 13 and 14 of the table of attacks: those that need snapshots and delegations. */
class TufAttackTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Bytes EVIL = Bytes.utf8("evil");

    private final SigningKey key = Forge.key();
    private final SigningKey delegate = Forge.key();
    private final Bytes root = Forge.sign(Forge.root(1, LATER, RoleKeys.of(key), RoleKeys.of(key)), key);
    private final Map<String, Bytes> mirror = new HashMap<>();
    private final TufClient client =
            new TufClient((path, limit) -> Optional.ofNullable(mirror.get(path)), Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void emptyRepository() {
        publish(1, 1, signedTargets(1, ""), Map.of());
    }

    private Bytes signedTargets(long version, String delegations, String... entries) {
        return Forge.sign(
                Forge.targets(version, LATER, entries).replace("\"targets\":{", delegations + "\"targets\":{"), key);
    }

    /** All four roles at one version of the snapshot; other roles by name at version 1. */
    private void publish(long snapshot, long targetsVersion, Bytes targets, Map<String, Bytes> delegated) {
        StringJoiner meta = new StringJoiner(",", "{", "}");
        meta.add("\"targets.json\":{\"version\":" + targetsVersion + "}");
        mirror.put("metadata/" + targetsVersion + ".targets.json", targets);
        delegated.forEach((name, raw) -> {
            meta.add("\"" + name + ".json\":{\"version\":1}");
            mirror.put("metadata/1." + name + ".json", raw);
        });
        mirror.put("metadata/" + snapshot + ".snapshot.json", meta("snapshot", snapshot, meta.toString()));
        mirror.put(
                "metadata/timestamp.json",
                meta("timestamp", snapshot, "{\"snapshot.json\":{\"version\":" + snapshot + "}}"));
    }

    private Bytes meta(String role, long version, String meta) {
        return Forge.sign(
                "{\"_type\":\"" + role + "\",\"spec_version\":\"1.0\",\"version\":" + version + ",\"expires\":\""
                        + LATER + "\",\"meta\":" + meta + "}",
                key);
    }

    private String delegations(String... roles) {
        return "\"delegations\":{\"keys\":{" + Forge.keyEntry(delegate.keyId(), delegate) + "},\"roles\":["
                + String.join(",", roles) + "]},";
    }

    private String to(String name, String pattern) {
        return "{\"name\":\"" + name + "\",\"keyids\":[\"" + delegate.keyId()
                + "\"],\"threshold\":1,\"terminating\":false,\"paths\":[\"" + pattern + "\"]}";
    }

    private Bytes role(String delegations, String... entries) {
        return Forge.sign(
                Forge.targets(1, LATER, entries).replace("\"targets\":{", delegations + "\"targets\":{"), delegate);
    }

    private TufResult download(TufState state, String path) {
        return client.download(state, List.of(path), Map.of());
    }

    private static void offer(Map<String, Bytes> mirror, String path, Bytes content) {
        int name = path.lastIndexOf('/') + 1;
        mirror.put(
                "targets/" + path.substring(0, name) + content.digest("SHA-256").toHex() + "." + path.substring(name),
                content);
    }

    @Test
    void row13ASnapshotWithOlderTargets() {
        Bytes old = signedTargets(1, "");
        publish(2, 2, signedTargets(2, ""), Map.of());
        mirror.put("metadata/2.targets.json", old); // signed, but not what this snapshot says
        assertThat(client.refresh(TufState.initial(root)).refusal())
                .contains(new Refusal.VersionMismatch("targets", 2, 1));
    }

    @Test
    void row13ATimestampWithAnOlderSnapshot() {
        Bytes old = mirror.getOrDefault("metadata/1.snapshot.json", Bytes.EMPTY);
        publish(2, 2, signedTargets(2, ""), Map.of());
        mirror.put("metadata/2.snapshot.json", old);
        assertThat(client.refresh(TufState.initial(root)).refusal())
                .contains(new Refusal.VersionMismatch("snapshot", 2, 1));
    }

    @Test
    void row14ATargetOutsideOfItsDelegation() {
        offer(mirror, "b/x", EVIL);
        publish(
                2,
                2,
                signedTargets(2, delegations(to("r", "a/*"))),
                Map.of("r", role("", Forge.entry("b/x", 1, EVIL))));
        assertThat(download(TufState.initial(root), "b/x").refusal()).contains(new Refusal.NotInTargets("b/x"));

        offer(mirror, "a/x", EVIL);
        publish(
                3,
                3,
                signedTargets(3, delegations(to("r", "a/*"))),
                Map.of("r", role("", Forge.entry("a/x", 1, EVIL))));
        assertThat(download(TufState.initial(root), "a/x").files()).containsEntry("a/x", EVIL);
    }

    @Test
    void row14ADelegatedRoleSignedByAnotherKey() {
        offer(mirror, "a/x", EVIL);
        Bytes forged = Forge.sign(Forge.targets(1, LATER, Forge.entry("a/x", 1, EVIL)), Forge.key());
        publish(2, 2, signedTargets(2, delegations(to("r", "a/*"))), Map.of("r", forged));
        assertThat(download(TufState.initial(root), "a/x").refusal()).contains(new Refusal.ThresholdNotMet("r", 0, 1));
    }

    @Test
    void row14CyclicDelegationsEnd() {
        publish(
                2,
                2,
                signedTargets(2, delegations(to("r", "a/*"))),
                Map.of("r", role(delegations(to("s", "a/*"))), "s", role(delegations(to("r", "a/*"), to("s", "a/*")))));
        assertThat(download(TufState.initial(root), "a/x").refusal()).contains(new Refusal.NotInTargets("a/x"));
    }

    @Test
    void row14AnEndlessChainOfDelegationsStopsAtTheBound() {
        Map<String, Bytes> chain = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            chain.put("r" + i, role(delegations(to("r" + (i + 1), "a/*"))));
        }
        offer(mirror, "a/x", EVIL);
        chain.put("r100", role("", Forge.entry("a/x", 1, EVIL)));
        publish(2, 2, signedTargets(2, delegations(to("r0", "a/*"))), chain);
        TufResult result = download(TufState.initial(root), "a/x");
        assertThat(result.refusal()).contains(new Refusal.NotInTargets("a/x"));
        assertThat(result.state().metadata()).hasSizeLessThan(40);
    }
}
