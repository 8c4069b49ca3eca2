// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** A remote setting that was good when it was confirmed keeps the stages from starting: it is put back, and polling goes on. */
public class LockedOutIT {

    /** After a restart, too: from the file of last good values. */
    private static final String REFUSED =
            "track=patern is refused. Allowed: all, own or pattern. In force: track=own, the last good value";

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private final String serverPort = RunningKaraf.freePort();
    private RunningKaraf karaf;
    private Path assets;

    /** Server and client in one Karaf, and a directory that only root can write in. */
    @Before
    public void start() throws Exception {
        assets = Files.createTempDirectory(
                Path.of("/run"),
                "karst-itest-assets",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        karaf = RunningKaraf.start(Path.of(System.getProperty("karst.distribution")), "locked-out");
        karaf.configure("io.karst.configserver", List.of("port = " + serverPort));
        karaf.configure("io.karst.configadmin", List.of("stages.deadline.millis = 20000"));
        karaf.configure("io.karst.config", List.of("address = localhost:" + serverPort, "interval.millis = 200"));
        karaf.shell("feature:install karst-config karst-config-server");
        karaf.awaitShell("karst:config", "READY", PATIENCE);
    }

    /** Ends Karaf. */
    @After
    public void stop() throws Exception {
        karaf.close();
        RunningKaraf.run(Path.of("."), "rm", "-rf", assets.toString());
    }

    @Test
    public void stagesThatDoNotStartGetTheirFormerSettingsBackAndTheServerHearsIt() throws Exception {
        karaf.configure("io.karst.initialize", List.of("track = own"));
        Path accepted = karaf.home().resolve("data/karst/settings/io.karst.initialize.properties");
        karaf.awaitShell("cat " + accepted, "=own", PATIENCE); // Configuration Admin has it before the component
        karaf.configure("io.karst.initialize", List.of("track = patern"));
        karaf.awaitShell("karst:flow", REFUSED, PATIENCE);
        Path file = folder.newFile().toPath();
        Files.writeString(
                file, "{\"pid\": \"io.karst.coreassets\", \"properties\": {\"asset.directory\": \"" + assets + "\"}}");
        karaf.shell("karst:config-publish KARST_CONFIGADMIN main " + file);
        karaf.awaitShell("karst:config --json", "\"acknowledged\"", PATIENCE);

        Files.writeString(assets.resolve("lock_ranges.bpf.o"), "rubbish");
        karaf.kill();
        karaf.startAgain();
        karaf.awaitShell("karst:flow", REFUSED, PATIENCE);
        karaf.awaitShell("karst:flow", "FAILED", PATIENCE);
        String shown = karaf.awaitShell("karst:config --json", "did not become ready within 20 s", PATIENCE);
        assertTrue(shown, shown.contains("lock_ranges"));
        karaf.awaitShell("karst:config", "READY", PATIENCE);
        karaf.awaitShell("karst:config-clients --json", "did not become ready within 20 s", PATIENCE);
        karaf.awaitShell("karst:flow", REFUSED, PATIENCE);
    }
}
