// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertFalse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

/**
 * A bad value is published for a setting, and Karaf is killed or stopped while it is between two steps of dealing with it. After the next
 * start stage 5, and with it every stage, is ready, and the value is not in force. Each case is a PID with a key and a bad value, a step,
 * and whether Karaf is killed or stopped; the short run has some of each kind, the long one all of them.
 */
@RunWith(Parameterized.class)
public class BadSettingsIT {

    private static final String BRIDGE = "io.karst.listener.configadmin.internal.Bridge";
    private static final String CONFIGURATIONS = "io.karst.listener.configadmin.internal.Configurations";
    private static final String COMPONENTS = "io.karst.listener.configadmin.internal.Components";
    private static final String LEDGER = "io.karst.listener.configadmin.internal.Ledger";
    private static final String POLLER = "io.karst.config.poller.internal.ConfigPollerStage";
    private static final String REFUSED_AGAIN = "\"error\"";
    private static final String TRIED_AGAIN = "\"acknowledged\"";

    /** Before anything, before its values are checked, and after the answer; that it has begun is the first answer. */
    private static final List<Step> STEPS_TO_A_REFUSAL = List.of(
            new Step("received", BRIDGE, "apply", 1, REFUSED_AGAIN),
            new Step("allowed", BRIDGE, "change", 1, REFUSED_AGAIN),
            new Step("refused", POLLER, "handleEvent", 2, REFUSED_AGAIN));

    /** All steps of a value that is found to be bad only when the stages start with it. What was not confirmed is tried once more. */
    private static final List<Step> STEPS_TO_A_CONFIRMATION = List.of(
            new Step("received", BRIDGE, "apply", 1, TRIED_AGAIN),
            new Step("checked", LEDGER, "put", 1, TRIED_AGAIN),
            new Step("in the ledger", CONFIGURATIONS, "write", 1, TRIED_AGAIN),
            new Step("set", COMPONENTS, "await", 1, TRIED_AGAIN),
            new Step("confirmed", POLLER, "handleEvent", 2, REFUSED_AGAIN));

    /** Those that the component or its metatype refuses. */
    private static final List<Value> REFUSED = List.of(
            new Value("io.karst.contention", "rescan.millis", "1"),
            new Value("io.karst.contention", "rescan.millis", "soon"),
            new Value("io.karst.contention", "keep.gone.minutes", "-1"),
            new Value("io.karst.coreassets", "btf.file", "/nowhere.btf"),
            new Value("io.karst.coreassets", "btf.archive.directory", "/nowhere"),
            new Value("io.karst.coreassets", "asset.directory", "/tmp"),
            new Value("io.karst.locktracer", "pin", "perhaps"),
            new Value("io.karst.locktracer", "pin.path", "/etc"),
            new Value("io.karst.locktracer", "pin.instance", "../.."),
            new Value("io.karst.locktracer", "max.slots", "5000"),
            new Value("io.karst.locktracer", "single.lock.lines", "-1"),
            new Value("io.karst.locktracer", "self.test.millis", "-1"),
            new Value("io.karst.initialize", "track", "pattern"),
            new Value("io.karst.initialize", "track", "nonsense"));

    private static final boolean ALL = Boolean.getBoolean("karst.bad.settings.all");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int ELF_MAGIC = 0x7f454c46;
    private static final Path ASSETS =
            Path.of("/run/karst-itest-assets." + ProcessHandle.current().pid());

    record Value(String pid, String key, String value) {}

    /** What has been done when this method is entered for the nth time, and the answer after the next start. */
    record Step(String done, String type, String method, int time, String answer) {}

    record Case(Value value, Step step, boolean killed) {
        @Override
        public String toString() {
            return value + " " + step.done() + ", " + (killed ? "killed" : "stopped");
        }
    }

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private static String debugPort;
    private static RunningKaraf karaf;

    private final Case each;

    /** One case, run in the Karaf of all of them. */
    public BadSettingsIT(Case each) {
        this.each = each;
    }

    /** Server and client in one Karaf, and kernel programs that are none in a directory that only root can write in. */
    @BeforeClass
    public static void start() throws Exception {
        String serverPort = RunningKaraf.freePort();
        debugPort = RunningKaraf.freePort();
        Files.createDirectory(
                ASSETS, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.write(
                ASSETS.resolve("lock_ranges.bpf.o"),
                ByteBuffer.allocate(64).putInt(ELF_MAGIC).array());
        karaf = RunningKaraf.startDebugged(
                Path.of(System.getProperty("karst.distribution")), "bad-settings", debugPort);
        karaf.configure("io.karst.configserver", List.of("port = " + serverPort));
        karaf.configure("io.karst.config", List.of("address = localhost:" + serverPort, "interval.millis = 200"));
        karaf.shell("feature:install karst-config karst-config-server");
        awaitReady();
    }

    /** Ends Karaf. */
    @AfterClass
    public static void stop() throws Exception {
        if (karaf != null) {
            karaf.close();
        }
        RunningKaraf.run(Path.of("."), "rm", "-rf", ASSETS.toString());
    }

    /** The cases run one after the other in the same Karaf. */
    @Parameters(name = "{0}")
    public static List<Case> cases() {
        Value onlyAStartTells = new Value("io.karst.coreassets", "asset.directory", ASSETS.toString());
        List<Case> all = Stream.concat(
                        STEPS_TO_A_CONFIRMATION.stream().flatMap(step -> both(onlyAStartTells, step)),
                        REFUSED.stream()
                                .flatMap(value -> STEPS_TO_A_REFUSAL.stream().flatMap(step -> both(value, step))))
                .toList();
        if (ALL) {
            return all;
        }
        return List.of(
                new Case(onlyAStartTells, STEPS_TO_A_CONFIRMATION.get(3), true),
                new Case(new Value("io.karst.locktracer", "pin.path", "/etc"), STEPS_TO_A_REFUSAL.get(1), false));
    }

    private static Stream<Case> both(Value value, Step step) {
        return Stream.of(new Case(value, step, true), new Case(value, step, false));
    }

    @Test
    public void everyStageIsReadyAfterAKillAtAnyStepOfABadValue() throws Exception {
        Debugger debugger = Debugger.attach(debugPort);
        debugger.holdAt(each.step().type(), each.step().method(), each.step().time());
        publish(each.value());
        debugger.awaitHeld(PATIENCE);
        if (each.killed()) {
            karaf.kill();
        } else {
            karaf.stop(debugger::detach);
        }
        karaf.startAgain();
        awaitReady();
        karaf.awaitShell("karst:config --json", each.step().answer(), PATIENCE);
        awaitReady();
        if (each.step().answer().equals(REFUSED_AGAIN)) {
            assertFalse(each.value().toString(), isSet(each.value()));
        }
        karaf.shell("karst:config-remove KARST_CONFIGADMIN bad");
        await("it is in force still", () -> !karaf.shell("karst:config --json").contains("\"bad\""));
        await("it is set still", () -> !isSet(each.value()));
    }

    private boolean isSet(Value value) throws Exception {
        return karaf.shell("config:list '(service.pid=" + value.pid() + ")'")
                .contains(value.key() + " = " + value.value());
    }

    private void publish(Value value) throws Exception {
        Path file = folder.newFile().toPath();
        Files.writeString(
                file,
                "{\"pid\": \"" + value.pid() + "\", \"properties\": {\"" + value.key() + "\": \"" + value.value()
                        + "\"}}",
                StandardCharsets.UTF_8);
        karaf.shell("karst:config-publish --force KARST_CONFIGADMIN bad " + file);
    }

    /** Stage 5 is the last: it needs all others. */
    private static void awaitReady() throws Exception {
        karaf.awaitShell("karst:config", "State READY", PATIENCE);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String otherwise, Condition condition) throws Exception {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertFalse(otherwise, Instant.now().isAfter(deadline));
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }
}
