// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.listener.configadmin.internal;

import io.karst.config.ConfigRefusedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Checks that the components that use a PID are active again with its new values. A PID that no component of Declarative Services uses cannot be
 * confirmed: the OSGi specification gives a ManagedService no way to say no.
 */
final class Confirmation {

    private static final long LOOK_EVERY_MILLIS = 20;
    private static final int WORKING = ComponentConfigurationDTO.SATISFIED | ComponentConfigurationDTO.ACTIVE;

    private final ServiceComponentRuntime components;

    Confirmation(ServiceComponentRuntime components) {
        this.components = components;
    }

    /** Names of the components of a PID that are active now; these have to be active again. */
    Collection<String> working(String pid) {
        Collection<String> working = new TreeSet<>();
        for (ComponentDescriptionDTO description : users(pid)) {
            if (components.getComponentConfigurationDTOs(description).stream()
                    .anyMatch(config -> (config.state & WORKING) != 0)) {
                working.add(description.name);
            }
        }
        return working;
    }

    /**
     * Waits until each of them works with the new values.
     *
     * @throws ConfigRefusedException if one failed, or is not back in time
     * @throws InterruptedException if the thread is interrupted
     */
    void await(String pid, Collection<String> names, Map<String, Object> values, Duration patience)
            throws ConfigRefusedException, InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<String> missing = Optional.empty();
            for (ComponentDescriptionDTO description : users(pid)) {
                if (names.contains(description.name)) {
                    missing = missing.or(() -> missing(description, values));
                }
            }
            if (missing.isEmpty()) {
                return;
            }
            if (System.nanoTime() - until >= 0) {
                throw new ConfigRefusedException(missing.get() + " within " + patience);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private Optional<String> missing(ComponentDescriptionDTO description, Map<String, Object> values) {
        Collection<ComponentConfigurationDTO> configs = components.getComponentConfigurationDTOs(description);
        for (ComponentConfigurationDTO config : configs) {
            if (config.state == ComponentConfigurationDTO.FAILED_ACTIVATION && has(config, values)) {
                return Optional.of("component " + description.name + " failed: " + firstLine(config.failure));
            }
            if ((config.state & WORKING) != 0 && has(config, values)) {
                return Optional.empty();
            }
        }
        return Optional.of("component " + description.name + " did not come back with the new values");
    }

    private static String firstLine(String failure) {
        return failure == null
                ? "no reason given"
                : failure.strip().lines().findFirst().orElse("");
    }

    private static boolean has(ComponentConfigurationDTO config, Map<String, Object> values) {
        return values.entrySet().stream()
                .allMatch(value -> same(value.getValue(), config.properties.get(value.getKey())));
    }

    /** Equal, whichever of the forms a configuration may take on its way. */
    static boolean same(Object wanted, @Nullable Object found) {
        if (found instanceof Object[] array) {
            return wanted.equals(Arrays.asList(array));
        }
        return found != null && wanted.toString().equals(found.toString());
    }

    private List<ComponentDescriptionDTO> users(String pid) {
        return components.getComponentDescriptionDTOs().stream()
                .filter(description ->
                        Arrays.asList(description.configurationPid).contains(pid))
                .toList();
    }
}
