// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.prometheus.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import javax.servlet.Servlet;
import javax.servlet.ServletException;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** A GET request and its answer. */
final class FakeHttp {

    private final Map<String, List<String>> asked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> answered = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private FakeHttp() {}

    /** Sends a request with these headers, each as {@code Name: value}. */
    static FakeHttp get(Servlet servlet, String... headers) throws IOException, ServletException {
        FakeHttp http = new FakeHttp();
        for (String header : headers) {
            int colon = header.indexOf(':');
            http.asked
                    .computeIfAbsent(header.substring(0, colon), name -> new ArrayList<>())
                    .add(header.substring(colon + 1).strip());
        }
        servlet.service(
                proxy(HttpServletRequest.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getMethod" -> "GET";
                    case "getHeader" ->
                        http.asked.containsKey(arguments[0])
                                ? http.asked.get(arguments[0]).get(0)
                                : null;
                    case "getHeaders" -> Collections.enumeration(http.asked.getOrDefault(arguments[0], List.of()));
                    default -> throw new AssertionError("not to be called: " + method.getName());
                }),
                proxy(HttpServletResponse.class, (self, method, arguments) -> switch (method.getName()) {
                    case "setContentType" -> http.answered.put("Content-Type", (String) arguments[0]);
                    case "setHeader" -> http.answered.put((String) arguments[0], (String) arguments[1]);
                    case "getOutputStream" -> http.stream();
                    default -> throw new AssertionError("not to be called: " + method.getName());
                }));
        return http;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    Object result = handler.invoke(self, method, arguments);
                    return method.getReturnType() == void.class ? null : result;
                }));
    }

    private ServletOutputStream stream() {
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
            public void write(int value) {
                body.write(value);
            }
        };
    }

    /** A header of the answer; empty if there is none. */
    String header(String name) {
        return answered.getOrDefault(name, "");
    }

    /** The answer as it was sent. */
    byte[] bytes() {
        return body.toByteArray();
    }

    /** The answer as text, uncompressed. */
    String text() throws IOException {
        if (!header("Content-Encoding").equals("gzip")) {
            return body.toString(StandardCharsets.UTF_8);
        }
        try (GZIPInputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(bytes()))) {
            return new String(unzipped.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
