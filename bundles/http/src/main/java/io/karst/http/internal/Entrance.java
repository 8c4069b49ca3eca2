// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import io.karst.component.RateLimitedLog;
import io.karst.component.SafeText;
import io.karst.http.internal.AccessControl.Decision;
import io.karst.http.internal.AccessControl.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.http.context.ServletContextHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees each request to {@code /karst} first: adds the security headers, and answers itself what is not to be served. It does so here
 * and not in a filter, since no filter sees a request that is refused.
 */
@Component(service = Entrance.class)
public final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    /** Only what this server sends is loaded, run and asked; no text becomes markup. */
    static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'";

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", CONTENT_POLICY,
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cache-Control", "no-store");

    private final HttpSettings settings;
    private final AccessControl access;
    private final RateLimitedLog limit = new RateLimitedLog(System::nanoTime);

    /** Remembers no login yet. */
    @Activate
    public Entrance(@Reference HttpSettings settings) {
        this(settings, new AccessControl(new JaasLogin(), System::nanoTime));
    }

    Entrance(HttpSettings settings, AccessControl access) {
        this.settings = settings;
        this.access = access;
    }

    /**
     * Decides about a request.
     *
     * @return whether to serve it; otherwise it has its answer
     * @throws IOException if the answer cannot be sent
     */
    boolean admits(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HEADERS.forEach(response::setHeader);
        Decision decision = access.decide(
                new Request(
                        request.getMethod(),
                        path(request),
                        Optional.ofNullable(request.getHeader("Authorization")),
                        request.getRemoteAddr()),
                settings.inForce());
        if (decision instanceof Decision.Granted granted) {
            granted.user().ifPresent(user -> {
                request.setAttribute(ServletContextHelper.REMOTE_USER, user);
                request.setAttribute(ServletContextHelper.AUTHENTICATION_TYPE, HttpServletRequest.BASIC_AUTH);
            });
            return true;
        }
        refuse(decision, request, response);
        return false;
    }

    /** As it was sent: an encoded or otherwise unusual path is none of the open ones. */
    private static String path(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String context = request.getContextPath();
        return uri.startsWith(context) ? uri.substring(context.length()) : uri;
    }

    private void refuse(Decision decision, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (decision instanceof Decision.MethodNotAllowed) {
            response.setHeader("Allow", "GET, HEAD");
            refuse(response, 405, "Only GET and HEAD: Karst is read-only here");
        } else if (decision instanceof Decision.Forbidden) {
            refuse(response, 403, "This user needs one of the roles viewer, manager, admin");
        } else if (decision instanceof Decision.TooManyFailures failures) {
            String address = SafeText.of(request.getRemoteAddr());
            limit.permit(address).ifPresent(leftOut -> LOG.warn("address={}: too many failed logins", address));
            response.setHeader("Retry-After", String.valueOf(failures.retryAfterSeconds()));
            refuse(
                    response,
                    429,
                    "Too many failed logins from this address: try again in " + failures.retryAfterSeconds() + " s");
        } else {
            response.setHeader("WWW-Authenticate", "Basic realm=\"Karst\", charset=\"UTF-8\"");
            refuse(response, 401, "Log in as a Karaf user with role viewer, manager or admin");
        }
    }

    private static void refuse(HttpServletResponse response, int status, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain;charset=UTF-8");
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
