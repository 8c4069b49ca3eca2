// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import java.io.IOException;
import java.util.Optional;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.context.ServletContextHelper;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletName;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** The files of the page. */
@Component(
        service = Servlet.class,
        // a servlet that Pax Web 8 adds before its context is never found
        reference = @Reference(name = "context", service = ServletContextHelper.class, target = ApiServlet.CONTEXT))
@HttpWhiteboardContextSelect(ApiServlet.CONTEXT)
@HttpWhiteboardServletName("karst-page")
@HttpWhiteboardServletPattern("/*")
public final class PageServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient PageFiles files;

    /** Reads the files. */
    @Activate
    public PageServlet(BundleContext context) {
        files = PageFiles.of(context.getBundle());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = Optional.ofNullable(request.getPathInfo()).orElse("/");
        Sending.send(
                files.answer(
                        path.substring(1),
                        Optional.ofNullable(request.getHeader("If-None-Match")).orElse(""),
                        Optional.ofNullable(request.getHeader("Accept-Encoding"))
                                .orElse("")),
                response);
    }
}
