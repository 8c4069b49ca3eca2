// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.context.ServletContextHelper;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletName;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** The data of the page, for programs, too. */
@Component(
        service = Servlet.class,
        // a servlet that Pax Web 8 adds before its context is never found
        reference = @Reference(name = "context", service = ServletContextHelper.class, target = ApiServlet.CONTEXT))
@HttpWhiteboardContextSelect(ApiServlet.CONTEXT)
@HttpWhiteboardServletName("karst-api")
@HttpWhiteboardServletPattern("/api/v1/*")
@HttpWhiteboardServletAsyncSupported
public final class ApiServlet extends HttpServlet {
    /** The context of the bundle http, which logs in whoever asks. */
    static final String CONTEXT = "(osgi.http.whiteboard.context.name=karst)";

    private static final long serialVersionUID = 1;

    private final transient Api api;
    private final transient PageFiles files;
    private final transient Live live;

    /** Nothing is read before somebody asks. */
    @Activate
    public ApiServlet(BundleContext context, @Reference Sources sources) {
        api = new Api(sources, Clock.systemUTC(), new Present());
        files = PageFiles.of(context.getBundle());
        live = new Live(api::now, System::nanoTime);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Optional.ofNullable(request.getPathInfo()).orElse("/").substring(1);
        if (path.equals("live") && request.getMethod().equals("GET")) {
            if (!live.add(request, response)) {
                Sending.send(
                        Answer.error(503, "Too many streams are open: at most " + Live.MAX_STREAMS)
                                .with("Retry-After", "10"),
                        response);
            }
            return;
        }
        if (path.equals("openapi.json")) {
            Sending.send(files.answer(path, "", ""), response);
            return;
        }
        try {
            Sending.send(api.answer(path, query(request)), response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Sending.send(Answer.error(503, "Karst is stopping"), response);
        }
    }

    /** The first value of each parameter. */
    private static Map<String, String> query(HttpServletRequest request) {
        Map<String, String> query = new HashMap<>();
        request.getParameterMap().forEach((name, values) -> query.put(name, values[0]));
        return query;
    }

    /** Ends all streams. */
    @Deactivate
    public void close() {
        live.close();
    }
}
