// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.SafeText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.http.runtime.HttpServiceRuntime;
import org.osgi.service.http.runtime.HttpServiceRuntimeConstants;

/**
 * Whether Karaf's HTTP server runs, and at which address. If its port is taken, Karaf logs that once and goes on without it, and so
 * does the rest of Karst.
 */
@Component(name = "io.karst.http.server")
public final class HttpServerProbe implements AbilityProbe {
    private static final String PID = "org.ops4j.pax.web";
    private static final String PORT = "org.osgi.service.http.port";
    private static final String ADDRESSES = "org.ops4j.pax.web.listening.addresses";
    private static final String EVERY_ADDRESS = "0.0.0.0";

    private final ConfigurationAdmin configurations;

    /** Properties of the servers that run: one, or none. */
    @Reference(
            service = HttpServiceRuntime.class,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile List<Map<String, Object>> servers = List.of();

    /** Looks when it is asked. */
    @Activate
    public HttpServerProbe(@Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
    }

    @Override
    public List<Ability> probe() {
        String addresses = servers.stream()
                .map(server -> server.get(HttpServiceRuntimeConstants.HTTP_SERVICE_ENDPOINT))
                .flatMap(HttpServerProbe::texts)
                .map(endpoint -> endpoint + "karst/")
                .collect(Collectors.joining(", "));
        return List.of(new Ability(
                "HTTP server",
                !addresses.isEmpty(),
                addresses.isEmpty() ? obstacle() : addresses,
                "no page, no metrics and no health over HTTP; all else works",
                "set " + PORT + " in etc/" + PID + ".cfg to a free port; the page is there a moment later"));
    }

    private static Stream<String> texts(Object value) {
        return value instanceof Collection<?> all
                ? all.stream().map(String::valueOf)
                : value instanceof String[] array ? Arrays.stream(array) : Stream.of(String.valueOf(value));
    }

    /** What keeps it from listening. */
    private String obstacle() {
        try {
            Optional<Dictionary<String, Object>> settings = Optional.ofNullable(
                    configurations.getConfiguration(PID, "?").getProperties());
            int port = Integer.parseInt(text(settings, PORT, "8080"));
            for (String address : text(settings, ADDRESSES, EVERY_ADDRESS).split(",", -1)) {
                String host = address.strip();
                try (ServerSocket socket = new ServerSocket()) {
                    socket.bind(new InetSocketAddress(host, port));
                } catch (IOException e) {
                    return "not running: port " + port + " of " + SafeText.of(host) + ": "
                            + SafeText.of(String.valueOf(e.getMessage()));
                }
            }
            return "not running, though port " + port + " is free: it is starting, or the log says why not";
        } catch (IOException | IllegalArgumentException e) {
            return "not running; its settings cannot be read: " + SafeText.of(String.valueOf(e.getMessage()));
        }
    }

    private static String text(Optional<Dictionary<String, Object>> settings, String key, String otherwise) {
        return settings.map(all -> all.get(key))
                .map(value -> value.toString().strip())
                .orElse(otherwise);
    }
}
