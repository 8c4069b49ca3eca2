// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.ability.Ability;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

class HttpServerProbeTest {
    @SuppressWarnings("JdkObsolete") // as Configuration Admin has it
    private final Hashtable<String, Object> settings = new Hashtable<>();

    private final HttpServerProbe probe = new HttpServerProbe(
            fake(ConfigurationAdmin.class, "getConfiguration", fake(Configuration.class, "getProperties", settings)));

    private static <T> T fake(Class<T> type, String only, Object answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            assertThat(method.getName()).isEqualTo(only);
            return answer;
        }));
    }

    private Ability probed() {
        return probe.probe().get(0);
    }

    @Test
    void aServerThatRunsHasAnAddress() {
        for (Object endpoint : new Object[] {
            "http://127.0.0.1:8181/", new String[] {"http://127.0.0.1:8181/"}, List.of("http://127.0.0.1:8181/")
        }) {
            probe.servers = List.of(Map.of("osgi.http.endpoint", endpoint));
            assertThat(probed().present()).isTrue();
            assertThat(probed().evidence()).isEqualTo("http://127.0.0.1:8181/karst/");
        }
    }

    @Test
    void aTakenPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            settings.put("org.osgi.service.http.port", taken.getLocalPort());
            settings.put("org.ops4j.pax.web.listening.addresses", " 127.0.0.1 ");
            assertThat(probed().present()).isFalse();
            assertThat(probed().evidence())
                    .isEqualTo("not running: port " + taken.getLocalPort() + " of 127.0.0.1: Address already in use");
            assertThat(probed().remedy()).startsWith("set org.osgi.service.http.port in etc/org.ops4j.pax.web.cfg");
        }
    }

    @Test
    void aFreePortAndABadOneAreToldToo() {
        settings.put("org.osgi.service.http.port", "0");
        assertThat(probed().evidence()).startsWith("not running, though port 0 is free");
        settings.put("org.osgi.service.http.port", "x");
        assertThat(probed().evidence()).startsWith("not running; its settings cannot be read: ");
        settings.put("org.osgi.service.http.port", "70000");
        assertThat(probed().evidence()).startsWith("not running; its settings cannot be read: ");
    }
}
