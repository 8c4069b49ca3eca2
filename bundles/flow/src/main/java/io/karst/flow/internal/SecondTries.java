// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets components of Karst aside when they fail and tries them again later.
 *
 * <p>Declarative Services registers a component's service before it activates the component, and leaves it registered
 * when that fails: whoever depends on it looks satisfied, asks, and gets nothing. A component that is disabled has no
 * service, so its dependents wait, as they should; enabled again, it and they come back by themselves. Left alone,
 * Declarative Services tries a failed component again only when somebody asks for its service.
 *
 * <p>{@link #look()} and {@link #release()} are for one thread; {@link #setAside()} for any.
 */
final class SecondTries {

    private static final Logger LOG = LoggerFactory.getLogger(SecondTries.class);
    private static final String OURS = "io.karst.";

    /** Longer than any activation takes: before that, "satisfied" may mean that it is being activated. */
    private static final Duration IDLE = Duration.ofSeconds(60);

    private final ServiceComponentRuntime runtime;
    private final Bundles bundles;
    private final Clock clock;
    private final Map<String, SetAside> setAside = new ConcurrentHashMap<>();

    /** Since when a component is satisfied without being active. */
    private final Map<String, Instant> idleSince = new HashMap<>();

    SecondTries(ServiceComponentRuntime runtime, Bundles bundles, Clock clock) {
        this.runtime = runtime;
        this.bundles = bundles;
        this.clock = clock;
    }

    /** Those that failed, by component name. */
    Map<String, SetAside> setAside() {
        return Map.copyOf(setAside);
    }

    /** Looks once at every component: sets failed ones aside, enables those whose rest is over. */
    void look() {
        Map<String, ComponentDescriptionDTO> known = known();
        setAside.entrySet().removeIf(entry -> {
            ComponentDescriptionDTO description = known.get(entry.getKey());
            return description == null
                    || description.bundle.id != entry.getValue().bundleId();
        });
        idleSince.keySet().retainAll(known.keySet());
        Diagnosis diagnosis = new Diagnosis(runtime, bundles, setAside());
        known.values().forEach(description -> look(description, diagnosis));
    }

    /** Enables what is set aside, for good. */
    void release() {
        known().forEach((name, description) -> {
            if (setAside.containsKey(name) && !runtime.isComponentEnabled(description)) {
                runtime.enableComponent(description);
            }
        });
        setAside.clear();
    }

    private Map<String, ComponentDescriptionDTO> known() {
        Map<String, ComponentDescriptionDTO> known = new HashMap<>();
        for (ComponentDescriptionDTO description : runtime.getComponentDescriptionDTOs()) {
            if (description.name.startsWith(OURS)) {
                known.put(description.name, description);
            }
        }
        return known;
    }

    private void look(ComponentDescriptionDTO description, Diagnosis diagnosis) {
        if (!runtime.isComponentEnabled(description)) {
            tryAgainIfRested(description);
            return;
        }
        Optional<ComponentConfigurationDTO> found =
                runtime.getComponentConfigurationDTOs(description).stream().findFirst();
        if (found.isEmpty()) {
            return;
        }
        ComponentConfigurationDTO configuration = found.get();
        if (configuration.state != ComponentConfigurationDTO.SATISFIED) {
            idleSince.remove(description.name);
        }
        switch (configuration.state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION ->
                // Empty if it failed only for want of another, which is set aside instead.
                diagnosis.of(description).failure().ifPresent(reason -> failed(description, reason));
            case ComponentConfigurationDTO.SATISFIED -> idle(description);
            default -> recovered(description, configuration);
        }
    }

    private void tryAgainIfRested(ComponentDescriptionDTO description) {
        SetAside held = setAside.get(description.name);
        if (held != null && !held.enabled() && !clock.instant().isBefore(held.nextTry())) {
            setAside.put(description.name, held.tried());
            LOG.debug("component={} attempt={}: trying again", description.name, held.attempts() + 1);
            runtime.enableComponent(description);
        }
    }

    private void failed(ComponentDescriptionDTO description, String reason) {
        SetAside before = setAside.get(description.name);
        int attempts = before == null ? 1 : before.attempts() + 1;
        Duration rest = SetAside.rest(attempts);
        setAside.put(
                description.name,
                new SetAside(
                        description.bundle.id, reason, attempts, clock.instant().plus(rest), false));
        if (before == null || !before.reason().equals(reason)) {
            LOG.warn("component={} failed, next try in {} s: {}", description.name, rest.toSeconds(), reason);
        }
        runtime.disableComponent(description);
    }

    private void recovered(ComponentDescriptionDTO description, ComponentConfigurationDTO configuration) {
        SetAside before = setAside.remove(description.name);
        if (before != null && configuration.state == ComponentConfigurationDTO.ACTIVE) {
            LOG.info("component={} is active after {} failures", description.name, before.attempts());
        }
    }

    /**
     * An immediate component whose references are there but which stays inactive asked one of them while that was
     * failing, and nobody told it since.
     */
    private void idle(ComponentDescriptionDTO description) {
        if (!description.immediate) {
            return;
        }
        Instant since = idleSince.computeIfAbsent(description.name, name -> clock.instant());
        if (!clock.instant().isBefore(since.plus(IDLE))) {
            idleSince.remove(description.name);
            LOG.info("component={} has all it needs and is not active: starting it over", description.name);
            runtime.disableComponent(description);
            runtime.enableComponent(description);
        }
    }
}
