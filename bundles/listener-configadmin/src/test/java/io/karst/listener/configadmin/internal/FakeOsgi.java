// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.settings.PidSettings;
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
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.osgi.util.promise.Promises;

/** Configuration Admin, and one component that reacts to its configuration at once, as a test says, and declares some settings. */
@SuppressWarnings("JdkObsolete") // Configuration Admin speaks in Dictionaries
final class FakeOsgi {

    private final Map<String, Dictionary<String, Object>> stored = new TreeMap<>();
    private final List<String> writes = new ArrayList<>();
    private final Map<String, Integer> declared = new TreeMap<>();
    private final ComponentDescriptionDTO description = new ComponentDescriptionDTO();
    private Function<Map<String, Object>, Integer> reaction = properties -> ComponentConfigurationDTO.ACTIVE;
    private Function<Map<String, Object>, Map<String, Object>> view = properties -> properties;
    private boolean enabled = true;
    private Runnable onUpdate = () -> {};
    private List<PidSettings<?>> settings = List.of();

    FakeOsgi(String pid) {
        description.name = "the.component";
        description.configurationPid = new String[] {pid};
        description.bundle = new BundleDTO();
        description.bundle.id = 7;
    }

    /** The component declares these settings; a number below 0 says how many values, at most. */
    FakeOsgi declares(Map<String, Integer> keys) {
        declared.putAll(keys);
        return this;
    }

    /** The component takes changed settings without being started again, and works with what this makes of them. */
    void modified(Function<Map<String, Object>, Map<String, Object>> worksWith) {
        description.modified = "changed";
        view = worksWith;
    }

    /** The component takes no settings, whatever its PID. */
    void ignoresConfiguration() {
        description.configurationPolicy = "ignore";
    }

    /** The component has these settings. */
    void settings(PidSettings<?> has) {
        settings = List.of(has);
    }

    /** Runs once, after the next update of a configuration. */
    void onUpdate(Runnable then) {
        onUpdate = then;
    }

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
                stored.put(pid, (Dictionary<String, Object>) args[0]);
                Runnable then = onUpdate;
                onUpdate = () -> {};
                then.run();
                yield null;
            }
            case "delete" -> {
                writes.add("delete");
                yield stored.remove(pid);
            }
            default -> throw new UnsupportedOperationException(name);
        });
    }

    Components components() {
        return new Components(runtime(), metatype(), bundles());
    }

    private ServiceComponentRuntime runtime() {
        return proxy(ServiceComponentRuntime.class, (name, args) -> switch (name) {
            case "getComponentDescriptionDTOs" -> List.of(description);
            case "getComponentConfigurationDTOs" -> enabled ? List.of(configuration()) : List.of();
            case "isComponentEnabled" -> enabled;
            case "disableComponent", "enableComponent" -> {
                writes.add(name);
                enabled = name.startsWith("enable");
                view = properties -> properties;
                yield Promises.resolved(null);
            }
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private ComponentConfigurationDTO configuration() {
        ComponentConfigurationDTO config = new ComponentConfigurationDTO();
        config.description = description;
        config.properties = new HashMap<>(view.apply(get(description.configurationPid[0])));
        config.state = reaction.apply(config.properties);
        config.failure = "java.lang.IllegalArgumentException: out of range\n\tat somewhere";
        return config;
    }

    private MetaTypeService metatype() {
        ObjectClassDefinition types = proxy(
                ObjectClassDefinition.class,
                (name, args) -> declared.entrySet().stream()
                        .map(key -> attribute(key.getKey(), key.getValue()))
                        .toArray(AttributeDefinition[]::new));
        MetaTypeInformation information = proxy(
                MetaTypeInformation.class,
                (name, args) -> name.equals("getPids") ? description.configurationPid : types);
        return proxy(MetaTypeService.class, (name, args) -> information);
    }

    private static AttributeDefinition attribute(String id, int cardinality) {
        return proxy(AttributeDefinition.class, (name, args) -> switch (name) {
            case "getID" -> id;
            case "getCardinality" -> cardinality;
            case "validate" -> args[0].equals("13") ? "unlucky" : "";
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private BundleContext bundles() {
        return proxy(BundleContext.class, (name, args) -> switch (name) {
            case "getBundle" -> proxy(Bundle.class, (method, none) -> null);
            case "getServiceReferences" ->
                args[0] == PidSettings.class && args[1].equals("(service.bundleid=7)")
                        ? settings.stream()
                                .map(some -> proxy(ServiceReference.class, (method, none) -> null))
                                .toList()
                        : List.of();
            case "getService" -> settings.get(0);
            case "ungetService" -> true;
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
