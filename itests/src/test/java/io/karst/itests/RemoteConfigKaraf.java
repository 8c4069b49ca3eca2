// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import javax.inject.Inject;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.Before;
import org.junit.Rule;
import org.junit.rules.TemporaryFolder;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;

/** A Karaf with server and client of remote configuration, and what its tests type and wait for. */
public abstract class RemoteConfigKaraf {

    static final long PATIENCE_SECONDS = 60;

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Inject
    SessionFactory sessions;

    @Inject
    FeaturesService features;

    @Inject
    ConfigurationAdmin configurations;

    @Inject
    BundleContext context;

    @Before
    public void installed() throws Exception {
        for (String name : new String[] {"karst-config", "karst-config-server"}) {
            if (!features.isInstalled(features.getFeature(name))) {
                features.installFeature(name, EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
            }
        }
        await(report -> report.get("state").getAsString().equals("READY"));
    }

    void awaitNoText(String command, String unwanted, long seconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        String last = shell(command);
        while (last.contains(unwanted)) {
            assertTrue("after " + seconds + " s: " + last, System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(50);
            last = shell(command);
        }
    }

    void publish(String product, String id, String content) throws Exception {
        shell("karst:config-publish " + product + " " + id + " " + file(content));
    }

    /** The listener of this Karaf would refuse it, but those of clients are what is tested. */
    void publishAlthoughRefused(String product, String id, String content) throws Exception {
        String command = "karst:config-publish " + product + " " + id + " " + file(content);
        Exception refused = assertThrows(Exception.class, () -> shell(command));
        assertTrue(refused.toString(), refused.toString().contains("To publish it all the same: --force"));
        shell(command + " --force");
    }

    Path file(String content) throws Exception {
        Path file = folder.newFile().toPath();
        Files.writeString(file, content, StandardOpenOption.TRUNCATE_EXISTING);
        return file;
    }

    JsonObject acknowledged(String product, String id) throws Exception {
        await(report -> isInState(report, id, "acknowledged"));
        JsonObject config = config(report(), id).orElseThrow();
        assertEquals(product, config.get("product").getAsString());
        return config;
    }

    void await(Predicate<JsonObject> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = new Shell(sessions).runOrExplain("karst:config --json");
        while (!last.startsWith("{")
                || !wanted.test(JsonParser.parseString(last).getAsJsonObject())) {
            assertTrue("not within " + PATIENCE_SECONDS + " s: " + last, System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(50);
            last = new Shell(sessions).runOrExplain("karst:config --json");
        }
    }

    String awaitText(String command, String wanted) throws Exception {
        return awaitText(command, wanted, PATIENCE_SECONDS);
    }

    String awaitText(String command, String wanted, long seconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        String last = shell(command);
        while (!last.contains(wanted)) {
            assertTrue("not within " + seconds + " s: " + last, System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(50);
            last = shell(command);
        }
        return last;
    }

    void awaitProperty(String pid, String key, @Nullable Object wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!String.valueOf(wanted).equals(String.valueOf(property(pid, key)))) {
            assertTrue("still " + property(pid, key), System.nanoTime() < deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    Object property(String pid, String key) throws Exception {
        return configurations.getConfiguration(pid, "?").getProperties().get(key);
    }

    JsonObject report() throws Exception {
        return JsonParser.parseString(shell("karst:config --json")).getAsJsonObject();
    }

    static boolean isInState(JsonObject report, String id, String state) {
        return config(report, id)
                .filter(config -> config.get("state").getAsString().equals(state))
                .isPresent();
    }

    static Optional<JsonObject> config(JsonObject report, String id) {
        return StreamSupport.stream(report.getAsJsonArray("configurations").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .filter(config -> config.get("id").getAsString().equals(id))
                .findFirst();
    }

    String shell(String command) throws Exception {
        return new Shell(sessions).run(command);
    }
}
