// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.http.internal.Login.Account;
import io.karst.testing.RefusedValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.http.context.ServletContextHelper;

class EntranceTest {
    private final Entrance entrance;
    private final Map<String, Object> attributes = new HashMap<>();
    private final Map<String, String> headers = new HashMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status = 200;

    EntranceTest(@TempDir Path data) {
        entrance = new Entrance(
                new HttpSettings(RefusedValue.karaf(data), Map.of()),
                new AccessControl(
                        (user, password) -> new String(password).equals("right")
                                ? Optional.of(new Account(user, Set.of(user)))
                                : Optional.empty(),
                        System::nanoTime));
    }

    private boolean admits(String method, String uri, String credentials) throws IOException {
        return entrance.admits(request(method, uri, credentials), response());
    }

    private HttpServletRequest request(String method, String uri, String credentials) {
        String header = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        return fake(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getMethod" -> method;
            case "getRequestURI" -> uri;
            case "getContextPath" -> "/karst";
            case "getRemoteAddr" -> "192.0.2.1";
            case "getHeader" -> credentials.isEmpty() ? null : header;
            case "setAttribute" -> attributes.put(arguments[0].toString(), arguments[1]);
            default -> throw new AssertionError("not to be called: " + name);
        });
    }

    private HttpServletResponse response() {
        ServletOutputStream out = new ServletOutputStream() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {}

            @Override
            public void write(int b) {
                body.write(b);
            }
        };
        return fake(HttpServletResponse.class, (name, arguments) -> switch (name) {
            case "setHeader" -> headers.put(arguments[0].toString(), arguments[1].toString());
            case "setStatus" -> setStatus((Integer) arguments[0]);
            case "setContentType" -> headers.put("Content-Type", arguments[0].toString());
            case "setContentLength" -> headers.put("Content-Length", arguments[0].toString());
            case "getOutputStream" -> out;
            default -> throw new AssertionError("not to be called: " + name);
        });
    }

    private int setStatus(int code) {
        status = code;
        return code;
    }

    private interface Call {
        @Nullable
        Object answer(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            Object answer = call.answer(method.getName(), args);
            return method.getReturnType() == void.class ? null : answer;
        }));
    }

    @Test
    void aUserIsAdmittedByNameAndTheAnswerHasTheHeaders() throws Exception {
        assertThat(admits("GET", "/karst/api/v1/now", "viewer:right")).isTrue();
        assertThat(attributes)
                .containsEntry(ServletContextHelper.REMOTE_USER, "viewer")
                .containsEntry(ServletContextHelper.AUTHENTICATION_TYPE, "BASIC");
        assertThat(headers)
                .containsEntry("Content-Security-Policy", Entrance.CONTENT_POLICY)
                .containsEntry("X-Content-Type-Options", "nosniff")
                .containsEntry("Referrer-Policy", "no-referrer")
                .containsEntry("Cross-Origin-Opener-Policy", "same-origin")
                .containsEntry("Cross-Origin-Resource-Policy", "same-origin")
                .containsEntry("Cache-Control", "no-store");
        assertThat(body.size()).isZero();
    }

    /** No filter sees them, so this alone answers. */
    @ParameterizedTest
    @CsvSource({
        "GET,  /karst/,            '',           401, WWW-Authenticate",
        "GET,  /karst/,            viewer:wrong, 401, WWW-Authenticate",
        "GET,  /karst/health/live, viewer:wrong, 200, Cache-Control",
        "GET,  /karst/health/ready, '',          200, Cache-Control",
        "GET,  /karst/health,      '',           401, WWW-Authenticate",
        "GET,  /karst/,            ssh:right,    403, Cache-Control",
        "POST, /karst/,            viewer:right, 405, Allow"
    })
    void everyAnswerHasItsStatusAndTheHeaders(String method, String uri, String credentials, int code, String header)
            throws Exception {
        assertThat(admits(method, uri, credentials)).isEqualTo(code == 200);
        assertThat(status).isEqualTo(code);
        assertThat(headers).containsKeys(header, "Content-Security-Policy");
        if (code != 200) {
            assertThat(headers).containsEntry("Content-Type", "text/plain;charset=UTF-8");
            assertThat(headers).containsEntry("Content-Length", String.valueOf(body.size()));
            assertThat(body.toString(StandardCharsets.UTF_8)).hasLineCount(1).doesNotContain("wrong");
        }
    }

    @Test
    void tooManyFailuresSayWhenToTryAgain() throws Exception {
        for (int i = 0; i < 10; i++) {
            admits("GET", "/karst/", "viewer:wrong" + i);
        }
        assertThat(status).isEqualTo(401);
        assertThat(admits("GET", "/karst/", "viewer:right")).isFalse();
        assertThat(status).isEqualTo(429);
        assertThat(Integer.parseInt(headers.get("Retry-After"))).isBetween(1, 60);
    }
}
