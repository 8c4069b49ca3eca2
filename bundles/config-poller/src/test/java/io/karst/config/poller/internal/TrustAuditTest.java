// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.karst.commands.Services;
import io.karst.config.poller.internal.ConfigTrustCommand.Trust;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

class TrustAuditTest {

    private final List<Event> posted = new ArrayList<>();

    private <T> T fake(Class<T> type, Function<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("postEvent")) {
                        posted.add((Event) arguments[0]);
                    }
                    return answers.apply(method.getName());
                }));
    }

    @Test
    void whoResetTheTrustIsAnEvent() {
        EventAdmin events = fake(EventAdmin.class, name -> "");
        ServiceReference<?> reference = fake(ServiceReference.class, name -> "");
        BundleContext karaf = fake(BundleContext.class, name -> switch (name) {
            case "getServiceReference" -> reference;
            case "getService" -> events;
            default -> true;
        });
        ConfigTrustCommand.tell(new Services(karaf), new Trust(Path.of("/r\n.json"), 7), "ann\nx");
        assertThat(posted).singleElement().satisfies(event -> {
            assertThat(event.getTopic()).isEqualTo("io/karst/audit/config/TRUST_RESET");
            assertThat(event.getProperty("user")).isEqualTo("ann?x");
            assertThat(event.getProperty("root")).isEqualTo("/r?.json");
            assertThat(event.getProperty("rootVersion")).isEqualTo(7L);
        });
    }
}
