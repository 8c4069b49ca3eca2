// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.commands;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Installed bundles, as far as commands look at them. */
final class FakeBundles {

    private FakeBundles() {}

    /**
     * A bundle.
     *
     * @param startsItself whether it would be started with the framework
     * @param needs service interfaces; those in brackets are optional
     * @param offers service interfaces
     */
    static Bundle bundle(String name, int state, boolean startsItself, List<String> needs, List<String> offers) {
        BundleRevision revision = proxy(BundleRevision.class, (method, namespace) -> switch (method) {
            case "getDeclaredRequirements" ->
                needs.stream().map(FakeBundles::requirement).toList();
            case "getDeclaredCapabilities" ->
                offers.stream().map(FakeBundles::capability).toList();
            default -> throw new IllegalArgumentException(method);
        });
        BundleStartLevel level = proxy(BundleStartLevel.class, (method, argument) -> startsItself);
        return proxy(Bundle.class, (method, argument) -> switch (method) {
            case "getSymbolicName" -> name;
            case "getState" -> state;
            case "adapt" -> argument == BundleRevision.class ? revision : level;
            default -> throw new IllegalArgumentException(method);
        });
    }

    private static BundleRequirement requirement(String service) {
        String name = service.replaceAll("[\\[\\]]", "");
        Map<String, String> directives =
                service.equals(name) ? Map.of() : Map.of(Constants.RESOLUTION_DIRECTIVE, Constants.RESOLUTION_OPTIONAL);
        return proxy(
                BundleRequirement.class,
                (method, argument) -> method.equals("getDirectives")
                        ? directives
                        : ((BundleCapability) argument).getAttributes().containsValue(name));
    }

    private static BundleCapability capability(String service) {
        return proxy(BundleCapability.class, (method, argument) -> Map.of("objectClass", service));
    }

    private static <T> T proxy(Class<T> type, BiFunction<String, Object, Object> answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> answer.apply(method.getName(), arguments == null ? "" : arguments[0]);
                }));
    }
}
