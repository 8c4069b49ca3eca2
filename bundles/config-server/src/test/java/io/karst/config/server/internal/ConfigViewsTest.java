// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.config.server.internal.ConfigDiffCommand.Difference;
import io.karst.config.server.internal.ConfigDiffCommand.Side;
import io.karst.config.server.internal.ConfigHistoryCommand.Version;
import io.karst.config.server.internal.ConfigListCommand.Offered;
import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigPath;
import io.karst.remoteconfig.server.Publication;
import io.karst.remoteconfig.server.PublishedConfig;
import io.karst.remoteconfig.server.RepositorySettings;
import io.karst.remoteconfig.server.RoleKeys;
import io.karst.remoteconfig.server.SignedRepository;
import io.karst.remoteconfig.server.SigningKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What commands show of configurations and their versions. */
class ConfigViewsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final ConfigPath PATH = ConfigPath.of("P", "i");

    private final RoleKeys keys = RoleKeys.of(SigningKey.generate(new SecureRandom()));
    private SignedRepository repository = SignedRepository.create(RepositorySettings.DEFAULT, keys, keys, NOW);

    private void publish(String by, String content, String... predicates) {
        repository = repository.publish(
                new Publication(
                        PATH,
                        Bytes.utf8(content),
                        Optional.empty(),
                        List.of(predicates).stream()
                                .map(ConfigPublishCommand::predicate)
                                .toList()),
                keys,
                NOW,
                by,
                SignedRepository.REQUEST_BYTES);
    }

    private Difference difference(long from, long to) {
        return Difference.of(Side.of(repository.version(PATH, from)), Side.of(repository.version(PATH, to)));
    }

    @Test
    void theListNamesWhoPublishedWhatForWhom() {
        publish("ann", "x", "service=web,environment=test", "clientID=a");
        PublishedConfig config = repository.version(PATH, 1);
        Offered offered = new Offered(config, new Rollout(List.of()));
        assertThat(ConfigListCommand.OFFERED.json(offered).toString())
                .contains("\"publishedBy\":\"ann\"")
                .contains("\"publishedAt\":\"2026-06-01T00:00:00Z\"")
                .contains("[\"service=web,environment=test\",\"clientID=a\"]");
        assertThat(ConfigListCommand.OFFERED.lines(List.of(offered), 0).get(1))
                .contains("service=web,environment=test or clientID=a");
    }

    @Test
    void aNarrowTerminalKeepsTheCounts() {
        publish("ann\u001b[2J", "x");
        Offered offered = new Offered(repository.version(PATH, 1), new Rollout(List.of()));
        List<String> lines = ConfigListCommand.OFFERED.lines(List.of(offered), 60);
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(60));
        assertThat(lines.get(0)).contains("Applied", "Refused", "Pending").doesNotContain("Expires");
        assertThat(lines.get(1)).contains("ann?[2J").doesNotContain("\u001b");
    }

    @ParameterizedTest(name = "{0} columns")
    @CsvSource(
            delimiter = '|',
            value = {
                "40|Product Id Applied Refused Pending|Version Offered By",
                "80|Product Id Version By Published Applied Refused Pending|Version Offered By Published Bytes SHA-256",
                "120|Product Id Version By Published Expires For Applied Refused Pending"
                        + "|Version Offered By Published Expires For Bytes SHA-256",
                "200|Product Id Version By Published Expires For Applied Refused Pending"
                        + "|Version Offered By Published Expires For Bytes SHA-256"
            })
    void tablesFitTheTerminal(int width, String list, String history) {
        publish("\u6f22\u5b57\u0007".repeat(9), "x", "service=web,environment=test");
        List<String> offered = ConfigListCommand.OFFERED.lines(
                List.of(new Offered(repository.version(PATH, 1), new Rollout(List.of()))), width);
        List<String> versions = ConfigHistoryCommand.VERSIONS.lines(Version.all(repository, PATH), width);
        assertThat(offered.get(0).replaceAll(" +", " ")).isEqualTo(list);
        assertThat(versions.get(0).replaceAll(" +", " ")).isEqualTo(history);
        assertThat(Stream.concat(offered.stream(), versions.stream()))
                .hasSize(4)
                .allSatisfy(line -> {
                    assertThat(ClientsTest.columns(line)).isLessThanOrEqualTo(width);
                    assertThat(line).doesNotContain("\u0007");
                });
    }

    @Test
    void theHistoryMarksWhatIsOffered() {
        publish("ann", "one");
        publish("bob", "two");
        repository = repository.rollback(PATH, keys, NOW, "eve", SignedRepository.REQUEST_BYTES);
        assertThat(Version.all(repository, PATH))
                .extracting(version -> version.config().version() + " "
                        + version.config().author().name() + " " + version.offered())
                .containsExactly("3 eve true", "2 bob false", "1 ann false");
        repository = repository.remove(PATH, keys, NOW);
        assertThat(Version.all(repository, PATH)).noneMatch(Version::offered);
    }

    @Test
    void aDifferenceIsShownAsDiffDoes() {
        publish("ann", "{\n\t\"a\": 1,\n\t\"b\": 2\n}\n");
        publish("ann", "{\n\t\"a\": 1,\n\t\"b\": 3\n}\n", "clientID=a");
        assertThat(difference(1, 2).lines())
                .containsExactly(
                        "for: all -> clientID=a",
                        "--- P/i version 1",
                        "+++ P/i version 2",
                        "@@ -1,4 +1,4 @@",
                        " {",
                        "     \"a\": 1,",
                        "-    \"b\": 2",
                        "+    \"b\": 3",
                        " }");
        assertThat(difference(2, 2).lines()).isEmpty();
    }

    @Test
    void lineEndsAreADifferenceToo() {
        publish("ann", "a\n");
        publish("ann", "a\r\n");
        assertThat(difference(1, 2).lines()).containsExactly("Only white space or line ends differ");
    }

    @Test
    void whatCannotBeComparedNamesTheWayOut() {
        publish("ann", "x");
        publish("ann", String.join("\n", Collections.nCopies(10_001, "y")));
        assertThatThrownBy(() -> difference(1, 2)).hasMessageContaining("more than 10000");
        assertThatThrownBy(() -> ContentText.lines(Bytes.of(new byte[] {(byte) 0xff}), "P/i version 1"))
                .hasMessageContaining("not UTF-8 text")
                .hasMessageContaining("--json");
    }

    @Test
    void tenThousandOtherLinesAreComparedInTimeAndMemory() {
        String one = String.join(
                "\n",
                java.util.stream.IntStream.range(0, 10_000)
                        .mapToObj(i -> "a" + i)
                        .toList());
        publish("ann", one);
        publish("ann", one.replace('a', 'b'));
        assertThat(difference(1, 2).lines()).hasSize(20_003);
    }

    @Test
    void whatWasNeverPublishedNamesTheCommandThatLists() {
        assertThatThrownBy(() -> PathCommand.known(repository, PATH))
                .hasMessage("P/i was never published. karst:config-list shows what is");
    }

    @Test
    void theContentIsTextAndBase64() {
        publish("ann", "x");
        assertThat(ConfigShowCommand.CONTENT.json(repository.version(PATH, 1)).toString())
                .contains("\"content\":\"eA==\"")
                .contains("\"text\":\"x\"");
    }
}
