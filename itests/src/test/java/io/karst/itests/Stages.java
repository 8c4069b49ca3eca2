// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.itests;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The chain of stages in this Karaf, as {@code karst:flow} shows it. */
final class Stages {

    private static final long PATIENCE_SECONDS = 60;
    private static final int TRACING = 3;

    private final BundleContext context;
    private final SessionFactory sessions;

    Stages(BundleContext context, SessionFactory sessions) {
        this.context = context;
        this.sessions = sessions;
    }

    Bundle bundle(String symbolicName) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
    }

    List<JsonObject> now() throws Exception {
        return stages(new Shell(sessions).run("karst:flow --json"));
    }

    private static List<JsonObject> stages(String flow) {
        return JsonParser.parseString(flow).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    /** Until the stages are as they should be, which is returned. */
    List<JsonObject> await(Predicate<List<JsonObject>> condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String last = "";
        while (System.nanoTime() < deadline) {
            last = new Shell(sessions).runOrExplain("karst:flow --json");
            if (last.startsWith("[") && condition.test(stages(last))) {
                return stages(last);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + last);
    }

    /** Until everything that is installed is ready: the stages up to the tracer at least. */
    void awaitReady() throws InterruptedException {
        await(stages -> stages.size() >= TRACING && allReady(stages));
    }

    static boolean allReady(List<JsonObject> stages) {
        return stages.stream().allMatch(stage -> state(stage).equals("READY"));
    }

    static String state(JsonObject stage) {
        return stage.get("state").getAsString();
    }

    static String name(JsonObject stage) {
        return stage.get("name").getAsString();
    }
}
