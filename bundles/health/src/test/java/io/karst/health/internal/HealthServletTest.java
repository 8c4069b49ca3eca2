// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.karst.testing.HostileText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckMetadata;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

class HealthServletTest {
    private final Map<String, List<HealthCheckExecutionResult>> results = new HashMap<>();
    private final HealthServlet servlet = new HealthServlet(new HealthCheckExecutor() {
        @Override
        public List<HealthCheckExecutionResult> execute(HealthCheckSelector selector) {
            return results.getOrDefault(String.join(",", selector.tags()), List.of());
        }

        @Override
        public List<HealthCheckExecutionResult> execute(
                HealthCheckSelector selector, HealthCheckExecutionOptions options) {
            throw new AssertionError("not to be called");
        }
    });

    private record Answer(Map<String, Object> headers, String body) {}

    /** Asks as a user; null without login. */
    private Answer get(String path, @Nullable String user) throws IOException {
        HttpServletRequest request = proxy(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getServletPath" -> path;
            case "getRemoteUser" -> user;
            default -> throw new AssertionError("not to be called: " + name);
        });
        Map<String, Object> headers = new HashMap<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpServletResponse response = proxy(HttpServletResponse.class, (name, arguments) -> {
            if (name.equals("getOutputStream")) {
                return stream(body);
            }
            headers.put(name, arguments[0]);
            return null;
        });
        servlet.doGet(request, response);
        return new Answer(headers, body.toString(StandardCharsets.UTF_8));
    }

    private interface Method {
        @Nullable
        Object call(String name, Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Method method) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, called, arguments) -> method.call(called.getName(), arguments)));
    }

    private static ServletOutputStream stream(ByteArrayOutputStream body) {
        return new ServletOutputStream() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new AssertionError("not to be called");
            }

            @Override
            public void write(int b) {
                body.write(b);
            }
        };
    }

    private static @Nullable Object property(Object[] arguments, String name) {
        return switch (arguments[0].toString()) {
            case HealthCheck.NAME -> name;
            case Constants.SERVICE_ID -> 1L;
            default -> null;
        };
    }

    private static HealthCheckExecutionResult result(String name, Status status, String text) {
        return new HealthCheckExecutionResult() {
            @Override
            public Result getHealthCheckResult() {
                return new Result(status, text);
            }

            @Override
            public long getElapsedTimeInMs() {
                return 1;
            }

            @Override
            @SuppressWarnings("JavaUtilDate") // Felix's
            public Date getFinishedAt() {
                return new Date(0);
            }

            @Override
            public boolean hasTimedOut() {
                return false;
            }

            @Override
            public HealthCheckMetadata getHealthCheckMetadata() {
                return new HealthCheckMetadata(
                        proxy(ServiceReference.class, (method, arguments) -> property(arguments, name)));
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"OK, 200", "WARN, 200", "TEMPORARILY_UNAVAILABLE, 503", "CRITICAL, 503", "HEALTH_CHECK_ERROR, 503"})
    void everybodyGetsStatusAndWord(Status status, int code) throws IOException {
        results.put("karst-ready", List.of(result("a", Status.OK, "hidden"), result("karst ready", status, "hidden")));
        Answer answer = get("/health/ready", null);
        assertThat(answer.headers())
                .containsEntry("setStatus", code)
                .containsEntry("setContentType", "text/plain;charset=UTF-8");
        assertThat(answer.body()).isEqualTo(status + "\n");
    }

    @Test
    void aUserGetsTheDetails() throws IOException {
        results.put("karst", List.of(result("karst ready", Status.WARN, "slow")));
        Answer answer = get("/health", "viewer");
        assertThat(answer.headers()).containsEntry("setContentType", "application/json;charset=UTF-8");
        JsonObject json = JsonParser.parseString(answer.body()).getAsJsonObject();
        assertThat(json.get("status").getAsString()).isEqualTo("WARN");
        JsonObject check = json.get("checks").getAsJsonArray().get(0).getAsJsonObject();
        assertThat(check.get("name").getAsString()).isEqualTo("karst ready");
        assertThat(check.get("texts").getAsJsonArray().get(0).getAsString()).isEqualTo("slow");
    }

    @Test
    void noCheckFoundIsNoSuccess() throws IOException {
        Answer answer = get("/health/live", null);
        assertThat(answer.headers()).containsEntry("setStatus", 503);
        assertThat(answer.body()).isEqualTo("HEALTH_CHECK_ERROR\n");
    }

    @ParameterizedTest
    @FieldSource("io.karst.testing.HostileText#ALL")
    void hostileTextsAreHarmless(String text) throws IOException {
        results.put("karst", List.of(result(text, Status.CRITICAL, text)));
        JsonObject check = JsonParser.parseString(get("/health", "viewer").body())
                .getAsJsonObject()
                .get("checks")
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        HostileText.assertHarmless(check.get("name").getAsString());
        HostileText.assertHarmless(check.get("texts").getAsJsonArray().get(0).getAsString());
    }
}
