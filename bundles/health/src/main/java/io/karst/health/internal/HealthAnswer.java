// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.karst.component.SafeText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;

/**
 * Answer to a question about health.
 *
 * @param status worst of all checks
 * @param checks name, status and texts of each
 */
record HealthAnswer(Status status, List<Check> checks) {

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    HealthAnswer {
        checks = List.copyOf(checks);
    }

    /** Result of one check. */
    record Check(String name, Status status, List<String> texts) {
        Check {
            texts = List.copyOf(texts);
        }
    }

    /** If no check was found, nothing is known, which is no success. */
    static HealthAnswer of(List<HealthCheckExecutionResult> results) {
        if (results.isEmpty()) {
            return new HealthAnswer(
                    Status.HEALTH_CHECK_ERROR,
                    List.of(new Check("karst", Status.HEALTH_CHECK_ERROR, List.of("no health check was found"))));
        }
        List<Check> checks = results.stream()
                .map(HealthAnswer::check)
                .sorted(Comparator.comparing(Check::name))
                .toList();
        Status worst = checks.stream()
                .map(Check::status)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new HealthAnswer(worst, checks);
    }

    private static Check check(HealthCheckExecutionResult result) {
        List<String> texts = new ArrayList<>();
        for (ResultLog.Entry entry : result.getHealthCheckResult()) {
            if (!entry.isDebug()) {
                texts.add(SafeText.of(entry.getMessage()));
            }
        }
        return new Check(
                SafeText.of(result.getHealthCheckMetadata().getName()),
                result.getHealthCheckResult().getStatus(),
                texts);
    }

    /** Status of HTTP: a warning is a success. */
    int code() {
        return status == Status.OK || status == Status.WARN ? OK : UNAVAILABLE;
    }

    /** The one word that everybody may know. */
    String word() {
        return status.name();
    }

    /** All details as JSON. */
    String json() {
        JsonObject document = new JsonObject();
        document.addProperty("status", status.name());
        JsonArray all = new JsonArray();
        checks.forEach(check -> {
            JsonObject one = new JsonObject();
            one.addProperty("name", check.name());
            one.addProperty("status", check.status().name());
            JsonArray texts = new JsonArray();
            check.texts().forEach(texts::add);
            one.add("texts", texts);
            all.add(one);
        });
        document.add("checks", all);
        return GSON.toJson(document);
    }
}
