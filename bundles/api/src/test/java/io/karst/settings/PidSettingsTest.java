// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.karst.ability.Ability;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

class PidSettingsTest {

    private static final String OURS = "io.karst.test";

    @TempDir
    private Path data;

    private final List<Optional<Checked>> told = new ArrayList<>();

    @interface Config {
        String track() default "all";

        String pattern() default "";

        long rescan_millis() default 5000;

        boolean pin() default true;

        String[] names() default {"a", "b"};

        String address() default "localhost:1";
    }

    record Checked(String track, String pattern, long rescan, boolean pin, List<String> names, String address) {
        static Checked of(Config config) {
            if (!Set.of("all", "own", "pattern").contains(config.track())) {
                throw new InvalidSettingException("track", config.track(), "all, own or pattern");
            }
            if (config.track().equals("pattern") == config.pattern().isEmpty()) {
                throw new InvalidSettingException("pattern", config.pattern(), "a pattern with track=pattern");
            }
            InvalidSettingException.requireWithin("rescan.millis", config.rescan_millis(), 100, 10_000);
            if (!config.address().contains(":")) {
                throw new InvalidSettingException("address", config.address(), "name:port");
            }
            if (config.names().length == 13) {
                throw new IllegalStateException("unlucky");
            }
            return new Checked(
                    config.track(),
                    config.pattern(),
                    config.rescan_millis(),
                    config.pin(),
                    List.of(config.names()),
                    config.address());
        }
    }

    private static final Checked DEFAULTS = new Checked("all", "", 5000, true, List.of("a", "b"), "localhost:1");

    private final class Settings extends PidSettings<Checked> {
        Settings(Set<String> trust, Map<String, Object> properties) {
            super(karaf(), OURS, Config.class, Checked::of, trust, properties);
            onChange(() -> told.add(findInForce()));
        }
    }

    private BundleContext karaf() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (self, method, arguments) -> data.toString());
    }

    private Settings start(Map<String, Object> properties) {
        return new Settings(Set.of(), properties);
    }

    private Settings startTrusting(Map<String, Object> properties) {
        return new Settings(Set.of("address"), properties);
    }

    private static Map<String, Object> file(Object... keysAndValues) {
        Map<String, Object> properties = new HashMap<>(Map.of(
                Constants.SERVICE_PID,
                OURS,
                "component.name",
                "x",
                "felix.fileinstall.filename",
                "file:/opt/my%20karaf/etc/io.karst.test.cfg"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return properties;
    }

    @Test
    void whatIsRefusedIsToldWithFileKeyValueAndAllowedAndChangesNothing() {
        Settings settings = start(file("track", "own"));
        settings.change(file("track", "patern"));
        assertThat(settings.inForce().track()).isEqualTo("own");
        assertThat(told).isEmpty();
        assertThat(settings.problems())
                .containsExactly(new SettingProblem(
                        "/opt/my karaf/etc/io.karst.test.cfg",
                        "track",
                        "patern",
                        "all, own or pattern",
                        "In force: track=own, the last good value",
                        true));
        assertThat(settings.probe())
                .containsExactly(new Ability(
                        "valid value of track",
                        false,
                        "/opt/my karaf/etc/io.karst.test.cfg: track=patern is refused. Allowed: all, own or pattern",
                        "In force: track=own, the last good value",
                        "correct the line; it takes effect at once"));

        settings.change(file("track", "all"));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.probe()).isEmpty();
        assertThat(told).containsExactly(Optional.of(DEFAULTS));
    }

    @Test
    void otherLinesOfTheFileTakeEffect() {
        Settings settings = start(file("rescan.millis", "200"));
        settings.change(file("rescan.millis", "300", "track", "none", "pin", "yes", "names", new String[] {"c"}));
        assertThat(settings.inForce()).isEqualTo(new Checked("all", "", 300, true, List.of("c"), "localhost:1"));
        assertThat(settings.problems())
                .extracting(SettingProblem::fault)
                .containsExactlyInAnyOrder(
                        "pin=yes is refused. Allowed: true or false",
                        "track=none is refused. Allowed: all, own or pattern");
        assertThat(settings.problems())
                .allSatisfy(problem -> assertThat(problem.effect()).endsWith("the default"));
        assertThat(told).hasSize(1);
    }

    @Test
    void anotherRefusedValueIsNoChange() {
        Settings settings = start(file());
        settings.change(file("rescan.millis", "1"));
        settings.change(file("rescan.millis", "soon"));
        assertThat(told).isEmpty();
        assertThat(settings.problems()).extracting(SettingProblem::allowed).containsExactly("a whole number");
    }

    @Test
    void aStartUsesTheLastGoodValuesFromDisk() {
        start(file()).change(file("track", "pattern", "pattern", "x*", "names", List.of("c", "d"), "pin", true));
        Settings again = start(file("track", "patern", "pattern", "x*", "names", "e"));
        assertThat(again.inForce()).isEqualTo(new Checked("pattern", "x*", 5000, true, List.of("e"), "localhost:1"));
        assertThat(again.problems())
                .extracting(SettingProblem::effect)
                .containsExactly("In force: track=pattern, the last good value");
        assertThat(start(file("names", List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")))
                        .inForce()
                        .names())
                .hasSize(11);
        assertThat(start(file("rescan.millis", "x", "names", "e")).inForce().names())
                .containsExactly("e");
    }

    /** At a start, the file may not have been read yet. */
    @Test
    void aStartBeforeTheFileWasReadForgetsNothing() {
        start(file("rescan.millis", "200"));
        Settings again = start(Map.of("component.name", "x"));
        assertThat(again.inForce()).isEqualTo(DEFAULTS);
        again.change(file("rescan.millis", "-7"));
        assertThat(again.inForce().rescan()).isEqualTo(200);
    }

    @Test
    void aFirstStartWithARefusedValueUsesTheDefault() {
        Settings settings = start(file("track", "patern", "rescan.millis", "200"));
        assertThat(settings.inForce()).isEqualTo(new Checked("all", "", 200, true, List.of("a", "b"), "localhost:1"));
        assertThat(settings.problems())
                .extracting(SettingProblem::effect)
                .containsExactly("In force: track=all, the default");
    }

    @Test
    void valuesThatDoNotFitTogetherChangeNothing() {
        Settings settings = start(file("track", "own", "rescan.millis", "200"));
        settings.change(file("track", "pattern", "rescan.millis", "300"));
        assertThat(settings.inForce().track()).isEqualTo("own");
        assertThat(settings.inForce().rescan()).isEqualTo(200);
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly("pattern");
        assertThat(told).isEmpty();
    }

    @Test
    void aReaderThatThrowsAnythingElseChangesNothing() {
        Settings settings = start(file());
        settings.change(file("names", "x".repeat(13).split("", 0)));
        assertThat(settings.inForce()).isEqualTo(DEFAULTS);
        assertThat(settings.problems()).extracting(SettingProblem::fault).containsExactly("refused: unlucky");
    }

    @Test
    void whoIsTrustedIsNeverGuessedAtAStart() {
        startTrusting(file("address", "there:2"));
        Settings again = startTrusting(file("address", "there", "rescan.millis", "200"));
        assertThat(again.findInForce()).isEmpty();
        assertThatIllegalStateException()
                .isThrownBy(again::inForce)
                .withMessageContaining(
                        "/opt/my karaf/etc/io.karst.test.cfg: address=there is refused. Allowed: name:port")
                .withMessageContaining("Nothing is in force");

        again.change(file("address", "there:3"));
        assertThat(again.inForce().address()).isEqualTo("there:3");
        assertThat(told).hasSize(1);
    }

    @Test
    void whileWhoIsTrustedIsRefusedNothingOfTheFileCounts() {
        Settings settings = startTrusting(file("address", "there:2"));
        settings.change(file("address", "there", "rescan.millis", "200"));
        assertThat(settings.inForce().address()).isEqualTo("there:2");
        assertThat(settings.inForce().rescan()).isEqualTo(5000);
        assertThat(settings.problems().get(0).effect()).contains("No setting of the file takes effect");
        assertThat(told).isEmpty();
        settings.change(file("address", "there:2", "rescan.millis", "1"));
        assertThat(settings.inForce().address()).isEqualTo("there:2");
        assertThat(settings.problems()).extracting(SettingProblem::key).containsExactly("rescan.millis");
    }

    /** Defaults that were in force only because the file was not read yet are no former values. */
    @Test
    void theDefaultsOfAStartWithoutAFileAreNotTrusted() {
        Settings settings = startTrusting(Map.of());
        assertThat(settings.inForce()).isEqualTo(DEFAULTS);
        settings.change(file("address", "there"));
        assertThat(settings.findInForce()).isEmpty();
        assertThat(told).hasSize(1);
    }

    @Test
    void anUnknownNameIsTold() {
        Settings settings = start(file("trak", "own", "Rescan.Millis", "200", "x.target", "(a=b)"));
        assertThat(settings.inForce().rescan()).isEqualTo(200);
        assertThat(settings.problems())
                .extracting(SettingProblem::text)
                .containsExactly("/opt/my karaf/etc/io.karst.test.cfg: there is no setting trak."
                        + " Settings: address, names, pattern, pin, rescan.millis, track. The line has no effect");
    }

    /** Some editors write one. File Install reads ISO 8859-1, or UTF-8 if set so. */
    @Test
    void aByteOrderMarkIsNamed() {
        for (String mark : List.of("\uFEFF", "\u00EF\u00BB\u00BF")) {
            assertThat(start(file(mark + "track", "own")).problems())
                    .extracting(SettingProblem::text)
                    .containsExactly("/opt/my karaf/etc/io.karst.test.cfg: the file begins with a byte order mark,"
                            + " which became part of its first line; save it without. The line has no effect");
        }
    }

    /** It reads "missing", as each check that failed. */
    @Test
    void theCheckOfAnUnknownKeyIsWhetherTheNameIsValid() {
        assertThat(start(file("trak", "own")).probe())
                .extracting(Ability::ability)
                .containsExactly("valid name of setting trak");
    }

    @Test
    void aValueFromElsewhereIsToldWithItsPid() {
        Settings settings = start(Map.of(Constants.SERVICE_PID, OURS, "rescan.millis", "9".repeat(500)));
        assertThat(settings.problems().get(0).file()).isEqualTo("configuration io.karst.test");
        assertThat(settings.problems().get(0).value()).hasSize(101);
    }

    @Test
    void aDamagedOrForeignFileOfLastGoodValuesIsNoObstacle() throws IOException {
        Path stored = data.resolve("karst/settings/io.karst.test.properties");
        start(file("rescan.millis", "200"));
        assertThat(stored).exists();
        for (String content : List.of("rescan.millis[0]=\\u00zz", "rubbish", "rescan.millis[0]=-1", "")) {
            Files.writeString(stored, content);
            assertThat(start(file("rescan.millis", "x")).inForce().rescan()).isEqualTo(5000);
        }
        Files.delete(stored);
        Files.createDirectory(stored);
        Settings settings = start(file("rescan.millis", "300"));
        assertThat(settings.inForce().rescan()).isEqualTo(300);
    }

    @Test
    void aCheckRefusesWhatWouldBeRefused() {
        Settings settings = start(file());
        settings.check(Map.of("rescan.millis", 200L));
        assertThatThrownBy(() -> settings.check(Map.of("rescan.millis", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rescan.millis=1 is outside 100..10000");
        assertThat(settings.problems()).isEmpty();
    }
}
