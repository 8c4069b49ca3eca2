// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import java.io.IOException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import org.osgi.service.http.context.ServletContextHelper;
import org.osgi.service.http.runtime.HttpServiceRuntime;
import org.osgi.service.http.whiteboard.propertytypes.HttpWhiteboardContext;

/**
 * The context {@code /karst}. Each bundle with servlets has its own object; all share one {@link Entrance}.
 *
 * <p>It comes and goes with the HTTP server, which starts anew when its settings change: Pax Web 8 adds servlets and contexts to the
 * new server in any order, and a servlet that it adds before its context is never found.
 */
@Component(
        service = ServletContextHelper.class,
        scope = ServiceScope.BUNDLE,
        reference = @Reference(name = "server", service = HttpServiceRuntime.class))
@HttpWhiteboardContext(name = "karst", path = "/karst")
public final class KarstContext extends ServletContextHelper {
    private final Entrance entrance;

    /** Holds the entrance. */
    @Activate
    public KarstContext(@Reference Entrance entrance) {
        this.entrance = entrance;
    }

    @Override
    public boolean handleSecurity(HttpServletRequest request, HttpServletResponse response) throws IOException {
        return entrance.admits(request, response);
    }
}
