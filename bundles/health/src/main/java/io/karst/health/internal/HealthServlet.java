// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.health.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.context.ServletContextHelper;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletName;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/**
 * Health over HTTP, in the context of bundle {@code http}: 200 or 503, and one word for a visitor without login, whom the context lets in
 * where the operator wants that; all details as JSON after a login.
 */
@Component(
        name = "io.karst.health.servlet",
        service = Servlet.class,
        // a servlet that Pax Web 8 adds before its context is never found
        reference = @Reference(name = "context", service = ServletContextHelper.class, target = HealthServlet.CONTEXT))
@HttpWhiteboardContextSelect(HealthServlet.CONTEXT)
@HttpWhiteboardServletName("karst-health")
@HttpWhiteboardServletPattern({"/health", "/health/live", "/health/ready"})
public final class HealthServlet extends HttpServlet {
    /** The context of the bundle http, which logs in whoever asks. */
    static final String CONTEXT = "(osgi.http.whiteboard.context.name=karst)";

    private static final long serialVersionUID = 1;

    private static final Map<String, String> TAGS =
            Map.of("/health", HealthChecks.ALL, "/health/live", HealthChecks.LIVE, "/health/ready", HealthChecks.READY);

    private final transient HealthCheckExecutor executor;

    /** Asks this executor. */
    @Activate
    public HealthServlet(@Reference(name = "executor") HealthCheckExecutor executor) {
        this.executor = executor;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String tag = TAGS.getOrDefault(request.getServletPath(), HealthChecks.ALL);
        HealthAnswer answer = HealthAnswer.of(executor.execute(HealthCheckSelector.tags(tag)));
        boolean known = request.getRemoteUser() != null;
        byte[] body = ((known ? answer.json() : answer.word()) + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(answer.code());
        response.setContentType((known ? "application/json" : "text/plain") + ";charset=UTF-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
