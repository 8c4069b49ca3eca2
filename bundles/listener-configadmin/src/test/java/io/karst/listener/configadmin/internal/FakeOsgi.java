// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Configuration Admin and one component that reacts to its configuration at once, as a test says. */
@SuppressWarnings("JdkObsolete") // Configuration Admin speaks in Dictionaries
final class FakeOsgi {

    private final Map<String, Dictionary<String, Object>> stored = new TreeMap<>();
    private final List<String> writes = new ArrayList<>();
    private Function<Map<String, Object>, Integer> reaction = properties -> ComponentConfigurationDTO.ACTIVE;

    /** What the component does with new properties: the state it comes to. */
    void reaction(Function<Map<String, Object>, Integer> how) {
        reaction = how;
    }

    void set(String pid, Map<String, Object> properties) {
        stored.put(pid, new Hashtable<>(properties));
    }

    Map<String, Object> get(String pid) {
        Map<String, Object> copy = new TreeMap<>();
        Dictionary<String, Object> found = stored.getOrDefault(pid, new Hashtable<>());
        found.keys().asIterator().forEachRemaining(key -> copy.put(key, found.get(key)));
        return copy;
    }

    List<String> writes() {
        return writes;
    }

    ConfigurationAdmin admin() {
        return proxy(ConfigurationAdmin.class, (name, args) -> {
            if (name.equals("getConfiguration")) {
                return configuration((String) args[0]);
            }
            throw new UnsupportedOperationException(name);
        });
    }

    @SuppressWarnings("unchecked")
    private Configuration configuration(String pid) {
        return proxy(Configuration.class, (name, args) -> switch (name) {
            case "getProperties" -> stored.get(pid);
            case "update" -> {
                writes.add("update");
                yield stored.put(pid, (Dictionary<String, Object>) args[0]);
            }
            case "delete" -> {
                writes.add("delete");
                yield stored.remove(pid);
            }
            default -> throw new UnsupportedOperationException(name);
        });
    }

    ServiceComponentRuntime components(String pid) {
        ComponentDescriptionDTO description = new ComponentDescriptionDTO();
        description.name = "the.component";
        description.configurationPid = new String[] {pid};
        return proxy(ServiceComponentRuntime.class, (name, args) -> switch (name) {
            case "getComponentDescriptionDTOs" -> List.of(description);
            case "getComponentConfigurationDTOs" -> {
                ComponentConfigurationDTO config = new ComponentConfigurationDTO();
                config.description = description;
                config.properties = new HashMap<>(get(pid));
                config.state = reaction.apply(config.properties);
                config.failure = "java.lang.IllegalArgumentException: out of range\n\tat somewhere";
                yield List.of(config);
            }
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private interface Call {
        @Nullable
        Object to(String name, Object[] args);
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, args) -> call.to(method.getName(), args == null ? new Object[0] : args)));
    }
}
