// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.remoteconfig.client;

import static io.karst.remoteconfig.server.Forge.LATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import io.karst.remoteconfig.Refusal;
import io.karst.remoteconfig.RefusedException;
import io.karst.remoteconfig.client.ClientPolicy.Limits;
import io.karst.remoteconfig.client.ClientPolicy.Organisation;
import io.karst.remoteconfig.client.ClientState.Step;
import io.karst.remoteconfig.format.JsonParser;
import io.karst.remoteconfig.server.Forge;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SigningKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each row of the table of attacks that a single response can carry out. After each, the state is as before. */
class AttackTest {

    private static final String PATH = "datadog/2/TESTING1/one/config";
    private static final Bytes GOOD = Bytes.utf8("good");
    private static final Bytes EVIL = Bytes.utf8("evil");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final SigningKey rootKey = Forge.key();
    private final SigningKey targetsKey = Forge.key();
    private final SigningKey stranger = Forge.key();
    private final RoleKeys root = RoleKeys.of(rootKey);
    private final RoleKeys targets = RoleKeys.of(targetsKey);
    private final Bytes firstRoot = Forge.sign(Forge.root(1, LATER, root, targets), rootKey);
    private final RemoteConfigClient client = client(firstRoot, ClientPolicy.DEFAULT, NOW);
    private final ClientState held = taken(client.start(), good(5));

    private static RemoteConfigClient client(Bytes root, ClientPolicy policy, Instant now) {
        return new RemoteConfigClient(root, policy, Clock.fixed(now, ZoneOffset.UTC));
    }

    private ClientState taken(ClientState before, ConfigResponse response) {
        Step step = client.step(before, response);
        assertThat(step.outcome()).isNotInstanceOf(Step.Refused.class);
        return step.next();
    }

    private ConfigResponse good(long version) {
        return response(List.of(), Forge.sign(targets(version, Forge.entry(PATH, version, GOOD)), targetsKey), GOOD);
    }

    private static String targets(long version, String... entries) {
        return Forge.targets(version, LATER, entries);
    }

    private static ConfigResponse response(List<Bytes> roots, Bytes targets, Bytes content) {
        return new ConfigResponse(
                roots, targets, List.of(new TargetFile(PATH, content)), List.of(PATH), ConfigStatus.OK);
    }

    private ConfigResponse signed(String targets) {
        return response(List.of(), Forge.sign(targets, targetsKey), EVIL);
    }

    private Refusal refused(ConfigResponse response) {
        return refused(client, held, response);
    }

    private static Refusal refused(RemoteConfigClient client, ClientState before, ConfigResponse response) {
        Step step = client.step(before, response);
        assertThat(step.outcome()).isInstanceOf(Step.Refused.class);
        Refusal refusal = ((Step.Refused) step.outcome()).refusal();
        assertThat(step.next()).isEqualTo(client.failed(before, refusal.message()));
        return refusal;
    }

    @Test
    void row1ArbitrarySoftware() {
        assertThat(refused(response(
                        List.of(), Forge.sign(targets(6, Forge.entry(PATH, 6, Bytes.utf8("next"))), targetsKey), EVIL)))
                .isEqualTo(new Refusal.HashMismatch(PATH, "sha256"));
        assertThat(refused(response(
                        List.of(),
                        Forge.sign(targets(6, Forge.entry(PATH, 6, Bytes.utf8("longer"))), targetsKey),
                        EVIL)))
                .isEqualTo(new Refusal.LengthMismatch(PATH, 6, 4));
    }

    @Test
    void row1EveryListedHashHasToMatchAndBeKnown() {
        String right = Forge.sha256(EVIL);
        String wrong = "\"sha512\":\"" + "00".repeat(64) + "\"";
        assertThat(refused(signed(targets(6, Forge.entry(PATH, "{\"v\":6}", 4, right + "," + wrong)))))
                .isEqualTo(new Refusal.HashMismatch(PATH, "sha512"));
        assertThat(refused(signed(targets(6, Forge.entry(PATH, "{\"v\":6}", 4, "\"md5\":\"00\"")))))
                .isEqualTo(new Refusal.UnknownHashAlgorithm(PATH, "md5"));
        assertThat(refused(signed(targets(6, Forge.entry(PATH, "{\"v\":6}", 4, "")))))
                .isEqualTo(new Refusal.MissingHash(PATH));
    }

    @Test
    void row2UnknownSigningKey() {
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        assertThat(refused(response(List.of(), Forge.sign(evil, stranger), EVIL)))
                .isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
        assertThat(refused(response(List.of(), Forge.document(evil, List.of()), EVIL)))
                .isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    }

    @Test
    void row3TamperedSignatureAndOtherGoodOnesStillCount() {
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        String other = Forge.rawSignature(targets(7), targetsKey);
        String bad = Forge.signature(targetsKey.keyId(), other);
        assertThat(refused(response(List.of(), Forge.document(evil, List.of(bad)), EVIL)))
                .isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));

        String good = Forge.signature(targetsKey.keyId(), Forge.rawSignature(evil, targetsKey));
        String noHex = Forge.signature(stranger.keyId(), "no hex");
        taken(held, response(List.of(), Forge.document(evil, List.of(noHex, good)), EVIL));
    }

    @Test
    void row4DuplicateSignaturesAndKeysCountOnce() {
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        String once = Forge.signature(targetsKey.keyId(), Forge.rawSignature(evil, targetsKey));
        assertThat(refused(response(List.of(), Forge.document(evil, List.of(once, once)), EVIL)))
                .isEqualTo(new Refusal.DuplicateSignature("targets", targetsKey.keyId()));

        // One key under two ids, for roots that ask for two.
        String keys = "{" + Forge.keyEntry(rootKey.keyId(), rootKey) + "," + Forge.keyEntry("alias", rootKey) + ","
                + Forge.keyEntry(targetsKey.keyId(), targetsKey) + "}";
        String both = "[\"" + rootKey.keyId() + "\",\"alias\"]";
        String online = Forge.role(targets);
        String next = Forge.rootOf(
                2,
                LATER,
                keys,
                Map.of("root", Forge.role(both, 2), "targets", online, "snapshot", online, "timestamp", online));
        String signature = Forge.rawSignature(next, rootKey);
        Bytes document = Forge.document(
                next, List.of(Forge.signature(rootKey.keyId(), signature), Forge.signature("alias", signature)));
        assertThat(refused(rootsOnly(document))).isEqualTo(new Refusal.ThresholdNotMet("root", 1, 2));
    }

    private static ConfigResponse rootsOnly(Bytes... roots) {
        return new ConfigResponse(List.of(roots), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.OK);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void row5IllegalThreshold(long threshold) {
        String keys = "{" + Forge.keyEntry(rootKey.keyId(), rootKey) + "}";
        String role = Forge.role("[\"" + rootKey.keyId() + "\"]", 1);
        String free = Forge.role("[\"" + rootKey.keyId() + "\"]", threshold);
        String next = Forge.rootOf(
                2, LATER, keys, Map.of("root", role, "targets", free, "snapshot", role, "timestamp", role));
        assertThat(refused(rootsOnly(Forge.sign(next, rootKey))))
                .isEqualTo(new Refusal.IllegalThreshold("targets", threshold));
    }

    @Test
    void row6KeyIdThatIsNotItsKey() {
        String keys =
                "{" + Forge.keyEntry(rootKey.keyId(), rootKey) + "," + Forge.keyEntry("borrowed", targetsKey) + "}";
        String role = Forge.role("[\"" + rootKey.keyId() + "\"]", 1);
        String online = Forge.role("[\"borrowed\"]", 1);
        String next = Forge.rootOf(
                2, LATER, keys, Map.of("root", role, "targets", online, "snapshot", online, "timestamp", online));
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        Bytes document =
                Forge.document(evil, List.of(Forge.signature("borrowed", Forge.rawSignature(evil, targetsKey))));
        assertThat(refused(response(List.of(Forge.sign(next, rootKey)), document, EVIL)))
                .isEqualTo(new Refusal.KeyIdMismatch("borrowed", targetsKey.keyId()));
    }

    @Test
    void row7RotationNeedsOldAndNewKeys() {
        RoleKeys other = RoleKeys.of(stranger);
        String next = Forge.root(2, LATER, other, other);
        assertThat(refused(rootsOnly(Forge.sign(next, stranger)))).isEqualTo(new Refusal.ThresholdNotMet("root", 0, 1));
        assertThat(refused(rootsOnly(Forge.sign(next, rootKey)))).isEqualTo(new Refusal.ThresholdNotMet("root", 0, 1));
        Bytes both = Forge.sign(next, rootKey, stranger);
        String fresh = targets(6, Forge.entry(PATH, 6, EVIL));
        ClientState after = taken(held, response(List.of(both), Forge.sign(fresh, stranger), EVIL));
        assertThat(after.rootVersion()).isEqualTo(2);
        // From now on the old keys are worth nothing.
        assertThat(refused(client, after, good(7))).isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    }

    @Test
    void row8RootSkipRollbackAndWrongVersion() {
        Bytes third = Forge.sign(Forge.root(3, LATER, root, targets), rootKey);
        assertThat(refused(rootsOnly(third))).isEqualTo(new Refusal.RootSkipped(1, 3));

        Bytes second = Forge.sign(Forge.root(2, LATER, root, targets), rootKey);
        ClientState after = taken(held, rootsOnly(third, second)); // in any order
        assertThat(after.rootVersion()).isEqualTo(3);

        Bytes back = Forge.sign(Forge.root(1, LATER, root, RoleKeys.of(stranger)), rootKey);
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        assertThat(refused(client, after, response(List.of(back), Forge.sign(evil, stranger), EVIL)))
                .isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    }

    @Test
    void row9TargetsRollback() {
        assertThat(refused(good(4))).isEqualTo(new Refusal.TargetsRolledBack(5, 4));
        taken(held, good(5));
    }

    @Test
    void row9TargetsRollbackAcrossARestart() {
        RemoteConfigClient restarted = client(firstRoot, ClientPolicy.DEFAULT, NOW);
        Step restored = restarted.restore(client.store(held));
        assertThat(restored.outcome()).isInstanceOf(Step.Unchanged.class);
        assertThat(refused(restarted, restored.next(), good(4))).isEqualTo(new Refusal.TargetsRolledBack(5, 4));
    }

    @Test
    void row10RecoveryFromAFastForward() {
        ClientState fastForwarded = taken(held, good(Long.MAX_VALUE));
        assertThat(refused(client, fastForwarded, good(6))).isEqualTo(new Refusal.TargetsRolledBack(Long.MAX_VALUE, 6));

        Bytes rotated = Forge.sign(Forge.root(2, LATER, root, RoleKeys.of(stranger)), rootKey);
        String fresh = targets(6, Forge.entry(PATH, 6, GOOD));
        ClientState after = taken(fastForwarded, response(List.of(rotated), Forge.sign(fresh, stranger), GOOD));
        assertThat(after.targetsVersion()).isEqualTo(6);
        // And the measure holds again.
        Bytes older = Forge.sign(targets(5), stranger);
        assertThat(refused(client, after, response(List.of(), older, GOOD)))
                .isEqualTo(new Refusal.TargetsRolledBack(6, 5));
    }

    @Test
    void row11Freeze() {
        Instant end = NOW.plusSeconds(10);
        String brief = Forge.targets(6, end.toString(), Forge.entry(PATH, 6, EVIL));
        RemoteConfigClient late = client(firstRoot, ClientPolicy.DEFAULT, end);
        assertThat(refused(late, held, signed(brief))).isEqualTo(new Refusal.Expired("targets", end));

        Bytes briefRoot = Forge.sign(Forge.root(2, end.toString(), root, targets), rootKey);
        assertThat(refused(late, held, rootsOnly(briefRoot))).isEqualTo(new Refusal.Expired("root", end));

        ConfigResponse expired = new ConfigResponse(List.of(), Bytes.EMPTY, List.of(), List.of(), ConfigStatus.EXPIRED);
        assertThat(refused(expired)).isEqualTo(new Refusal.RepositoryExpired(5));
    }

    @Test
    void row11AnExpiredInitialRootStillLeadsOn() {
        Bytes old = Forge.sign(Forge.root(1, "2020-01-01T00:00:00Z", root, targets), rootKey);
        RemoteConfigClient begun = client(old, ClientPolicy.DEFAULT, NOW);
        assertThat(refused(begun, begun.start(), good(1)))
                .isEqualTo(new Refusal.Expired("root", Instant.parse("2020-01-01T00:00:00Z")));
        Bytes fresh = Forge.sign(Forge.root(2, LATER, root, targets), rootKey);
        String first = targets(1, Forge.entry(PATH, 1, GOOD));
        Step step = begun.step(begun.start(), response(List.of(fresh), Forge.sign(first, targetsKey), GOOD));
        assertThat(step.outcome()).isInstanceOf(Step.Updated.class);
    }

    @Test
    void row12EndlessData() {
        Bytes huge = Bytes.of(new byte[512_001]);
        assertThat(refused(rootsOnly(huge))).isEqualTo(new Refusal.TooLarge("root", 512_001, 512_000));

        Limits small = new Limits(512_000, 2, 2_000, 10, 5_000);
        RemoteConfigClient narrow =
                client(firstRoot, new ClientPolicy(Optional.empty(), false, true, Organisation.ANY, small), NOW);
        assertThat(refused(narrow, held, response(List.of(), Bytes.utf8("{}"), Bytes.of(new byte[11]))))
                .isEqualTo(new Refusal.TooLarge(PATH, 11, 10));
        assertThat(refused(narrow, held, response(List.of(), Bytes.of(new byte[2_001]), GOOD)))
                .isEqualTo(new Refusal.TooLarge("targets", 2_001, 2_000));
        assertThat(refused(narrow, held, response(List.of(), Bytes.of(new byte[5_001]), GOOD)))
                .isEqualTo(new Refusal.TooLarge("response", 5_005, 5_000));
        Bytes[] three = IntStream.range(2, 5)
                .mapToObj(version -> Forge.sign(Forge.root(version, LATER, root, targets), rootKey))
                .toArray(Bytes[]::new);
        assertThat(refused(narrow, held, rootsOnly(three))).isEqualTo(new Refusal.TooManyRotations(2));
    }

    @Test
    void row13MixAndMatch() {
        // The newest signed list with the file of an older one.
        ConfigResponse newest =
                response(List.of(), Forge.sign(targets(7, Forge.entry(PATH, 7, Bytes.utf8("next"))), targetsKey), GOOD);
        assertThat(refused(newest)).isEqualTo(new Refusal.HashMismatch(PATH, "sha256"));
        // A new root with the list that the keys before it signed.
        Bytes rotated = Forge.sign(Forge.root(2, LATER, root, RoleKeys.of(stranger)), rootKey);
        ConfigResponse mixed = new ConfigResponse(
                List.of(rotated), good(6).targets(), good(6).targetFiles(), List.of(PATH), ConfigStatus.OK);
        assertThat(refused(mixed)).isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    }

    @Test
    void row15PathsDoNotEscape() {
        for (String path : List.of("../etc/passwd", "datadog/2/../x/config", "datadog/2/TESTING1//config", "/etc")) {
            ConfigResponse response = new ConfigResponse(
                    List.of(),
                    Forge.sign(targets(6, Forge.entry(path, 6, EVIL)), targetsKey),
                    List.of(new TargetFile(path, EVIL)),
                    List.of(path),
                    ConfigStatus.OK);
            assertThat(refused(response)).isInstanceOf(Refusal.MalformedPath.class);
        }
    }

    @Test
    void row16WrongMetadataType() {
        assertThat(refused(response(List.of(), firstRoot, EVIL))).isEqualTo(new Refusal.WrongRole("targets", "root"));
        assertThat(refused(rootsOnly(Forge.sign(targets(6), rootKey))))
                .isEqualTo(new Refusal.WrongRole("root", "targets"));
    }

    @Test
    void row19ConfigurationsThatAreNotVouchedFor() {
        ConfigResponse notListed = response(List.of(), Forge.sign(targets(6), targetsKey), EVIL);
        assertThat(refused(notListed)).isEqualTo(new Refusal.NotInTargets(PATH));

        ConfigResponse noFile = new ConfigResponse(
                List.of(),
                Forge.sign(targets(6, Forge.entry(PATH, 6, EVIL)), targetsKey),
                List.of(),
                List.of(PATH),
                ConfigStatus.OK);
        assertThat(refused(noFile)).isEqualTo(new Refusal.MissingTargetFile(PATH));

        assertThat(refused(signed(targets(6, Forge.entry(PATH, "{}", 4, Forge.sha256(EVIL))))))
                .isEqualTo(new Refusal.MissingConfigVersion(PATH));
        assertThat(refused(new ConfigResponse(List.of(), Bytes.EMPTY, List.of(), List.of(PATH), ConfigStatus.OK)))
                .isEqualTo(new Refusal.MissingTargets());
    }

    @Test
    void row19UnknownProduct() {
        ClientPolicy policy =
                new ClientPolicy(Optional.of(Set.of("OTHER")), false, true, Organisation.ANY, Limits.DEFAULT);
        RemoteConfigClient picky = client(firstRoot, policy, NOW);
        assertThat(refused(picky, picky.start(), good(1))).isEqualTo(new Refusal.UnknownProduct(PATH, "TESTING1"));
    }

    @Test
    void row20SmallOrderKey() {
        // The identity: any signature with R of small order and S = 0 would be good for any message.
        String weak = "01" + "00".repeat(31);
        String description =
                "{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":{\"public\":\"" + weak + "\"}}";
        String keyId = JsonParser.parse("key", Bytes.utf8(description), 1000)
                .canonical()
                .digest("SHA-256")
                .toHex();
        String keys = "{" + Forge.keyEntry(rootKey.keyId(), rootKey) + ",\"" + keyId + "\":" + description + "}";
        String role = Forge.role("[\"" + keyId + "\"]", 1);
        Map<String, String> roles =
                Map.of("root", Forge.role(root), "targets", role, "snapshot", role, "timestamp", role);
        RemoteConfigClient trusting =
                client(Forge.sign(Forge.rootOf(1, LATER, keys, roles), rootKey), ClientPolicy.DEFAULT, NOW);
        String evil = targets(6, Forge.entry(PATH, 6, EVIL));
        String nothing = Forge.signature(keyId, weak + "00".repeat(32));
        assertThat(refused(
                        trusting, trusting.start(), response(List.of(), Forge.document(evil, List.of(nothing)), EVIL)))
                .isEqualTo(new Refusal.ThresholdNotMet("targets", 0, 1));
    }

    @Test
    void row21CanonicalJsonConfusion() {
        String twice =
                "{\"_type\":\"targets\",\"version\":6,\"version\":7,\"expires\":\"" + LATER + "\",\"targets\":{}}";
        assertThat(refused(response(List.of(), Forge.document(twice, List.of()), EVIL)))
                .isEqualTo(new Refusal.DuplicateJsonKey("targets", "version"));
        String fraction = "{\"_type\":\"targets\",\"version\":6.0,\"expires\":\"" + LATER + "\",\"targets\":{}}";
        assertThat(refused(response(List.of(), Forge.document(fraction, List.of()), EVIL)))
                .isInstanceOf(Refusal.FloatingPointNumber.class);
        Bytes notUtf8 = Bytes.hex("7bff7d");
        assertThat(refused(response(List.of(), notUtf8, EVIL))).isEqualTo(new Refusal.InvalidUtf8("targets", 1));
        Bytes deep = Bytes.utf8("[".repeat(100_000));
        assertThat(refused(response(List.of(), deep, EVIL))).isEqualTo(new Refusal.TooDeep("targets", 128));
    }

    @Test
    void whatAnAttackerWroteIsQuotedOnOneShortLine() {
        String key = "version\\u000afaked log line\\u001b[2J" + "x".repeat(100_000);
        String twice = "{\"" + key + "\":1,\"" + key + "\":2}";
        String message = refused(response(List.of(), Bytes.utf8(twice), EVIL)).message();
        assertThat(message).startsWith("DuplicateJsonKey").hasSizeLessThanOrEqualTo(Refusal.MESSAGE_LENGTH);
        assertThat(message.chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void row21NumbersAbove2To53StayExact() {
        long odd = (1L << 53) + 1;
        ClientState after = taken(held, good(odd));
        assertThat(after.targetsVersion()).isEqualTo(odd);
        assertThat(refused(client, after, good(odd - 1))).isEqualTo(new Refusal.TargetsRolledBack(odd, odd - 1));
    }

    private ConfigResponse ofOrganisation(long version, String uuid) {
        String signed = targets(version, Forge.entry(PATH, version, GOOD))
                .replace("\"custom\":{\"opaque", "\"custom\":{\"org_uuid\":" + uuid + ",\"opaque");
        return response(List.of(), Forge.sign(signed, targetsKey), GOOD);
    }

    @Test
    void row22AnotherOrganisationWithTheSameKeys() {
        ClientState mine = taken(held, ofOrganisation(6, "\"a\""));
        assertThat(refused(client, mine, ofOrganisation(7, "\"b\"")))
                .isEqualTo(new Refusal.WrongOrganisation("a", "b"));
        assertThat(refused(client, mine, ofOrganisation(7, "7"))).isInstanceOf(Refusal.MalformedMetadata.class);
        // Targets that name none are as good as before: older servers do not.
        ClientState unnamed = taken(mine, good(7));
        assertThat(refused(client, unnamed, ofOrganisation(8, "\"b\"")))
                .isEqualTo(new Refusal.WrongOrganisation("a", "b"));
    }

    @Test
    void row22TheOrganisationIsRememberedAcrossARestart() {
        ClientState mine = taken(held, ofOrganisation(6, "\"a\""));
        RemoteConfigClient restarted = client(firstRoot, ClientPolicy.DEFAULT, NOW);
        Step restored = restarted.restore(client.store(mine));
        assertThat(restored.outcome()).isInstanceOf(Step.Unchanged.class);
        assertThat(refused(restarted, restored.next(), ofOrganisation(7, "\"b\"")))
                .isEqualTo(new Refusal.WrongOrganisation("a", "b"));
    }

    @Test
    void row22TheOrganisationIsReadAgainAfterARotation() {
        ClientState mine = taken(held, ofOrganisation(6, "\"a\""));
        Bytes second = Forge.sign(Forge.root(2, LATER, root, targets), rootKey);
        ClientState rotated = taken(mine, rootsOnly(second));
        ClientState theirs = taken(rotated, ofOrganisation(7, "\"b\""));
        assertThat(refused(client, theirs, ofOrganisation(8, "\"a\"")))
                .isEqualTo(new Refusal.WrongOrganisation("b", "a"));
    }

    @Test
    void row22AnOrganisationThatTheOperatorSet() {
        Organisation only = new Organisation(Optional.of("a"), OptionalLong.of(2));
        RemoteConfigClient strict =
                client(firstRoot, new ClientPolicy(Optional.empty(), false, true, only, Limits.DEFAULT), NOW);
        assertThat(refused(strict, strict.start(), good(6))).isEqualTo(new Refusal.WrongOrganisation("a", ""));
        assertThat(refused(strict, strict.start(), ofOrganisation(6, "\"b\"")))
                .isEqualTo(new Refusal.WrongOrganisation("a", "b"));
        assertThat(strict.step(strict.start(), ofOrganisation(6, "\"a\"")).outcome())
                .isInstanceOf(Step.Updated.class);

        Organisation three = new Organisation(Optional.empty(), OptionalLong.of(3));
        RemoteConfigClient elsewhere =
                client(firstRoot, new ClientPolicy(Optional.empty(), false, true, three, Limits.DEFAULT), NOW);
        assertThat(refused(elsewhere, elsewhere.start(), good(6))).isEqualTo(new Refusal.ForeignPath(PATH, 3));
    }

    @Test
    void anAnchorThatDidNotSignItselfIsNoAnchor() {
        Bytes unsigned = Forge.sign(Forge.root(1, LATER, root, targets), stranger);
        assertThatThrownBy(() -> client(unsigned, ClientPolicy.DEFAULT, NOW))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("ThresholdNotMet");
    }
}
