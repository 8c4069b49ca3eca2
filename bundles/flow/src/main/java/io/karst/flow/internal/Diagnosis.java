// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.StageState;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * What Declarative Services says of each component at one moment, and what that means. A component set aside after a
 * failure is disabled there and has no configuration, so its failure comes from {@code setAside}.
 */
final class Diagnosis {

    private final ServiceComponentRuntime runtime;
    private final Bundles bundles;
    private final Map<String, SetAside> setAside;
    private final Collection<ComponentDescriptionDTO> descriptions;

    Diagnosis(ServiceComponentRuntime runtime, Bundles bundles, Map<String, SetAside> setAside) {
        this.runtime = runtime;
        this.bundles = bundles;
        this.setAside = Map.copyOf(setAside);
        this.descriptions = runtime.getComponentDescriptionDTOs();
    }

    /**
     * How one component stands.
     *
     * @param state as a stage's
     * @param componentId of the active configuration; 0 otherwise
     * @param waitingFor what is missing, with the reasons
     * @param failure in one line
     */
    record Finding(StageState state, long componentId, List<String> waitingFor, Optional<String> failure) {

        static Finding ready(long componentId) {
            return new Finding(StageState.READY, componentId, List.of(), Optional.empty());
        }

        static Finding waiting(List<String> waitingFor) {
            return new Finding(StageState.WAITING, 0, waitingFor, Optional.empty());
        }

        static Finding failed(String reason) {
            return new Finding(StageState.FAILED, 0, List.of(), Optional.of(reason));
        }
    }

    Finding of(StagePlace place) {
        if (!place.started()) {
            return Finding.waiting(List.of("bundle " + place.bundle() + " is not started"));
        }
        return description(place.component())
                .map(this::of)
                .orElseGet(() -> Finding.waiting(
                        List.of("component " + place.component() + " is not known to Declarative Services")));
    }

    /** How any component stands, a stage's or not. */
    Finding of(ComponentDescriptionDTO description) {
        return of(description, new HashSet<>(Set.of(description.name)));
    }

    private Optional<ComponentDescriptionDTO> description(String component) {
        return descriptions.stream()
                .filter(description -> component.equals(description.name))
                .findFirst();
    }

    /** {@code seen} holds the components on the way here, so that a circle of references ends. */
    private Finding of(ComponentDescriptionDTO description, Set<String> seen) {
        Optional<String> known =
                Optional.ofNullable(setAside.get(description.name)).map(SetAside::reason);
        Optional<ComponentConfigurationDTO> found =
                runtime.getComponentConfigurationDTOs(description).stream().findFirst();
        if (found.isEmpty()) {
            return known.map(Finding::failed).orElseGet(() -> unconfigured(description));
        }
        ComponentConfigurationDTO configuration = found.get();
        return switch (configuration.state) {
            case ComponentConfigurationDTO.ACTIVE -> Finding.ready(configuration.id);
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> failed(description, configuration, seen);
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> unconfigured(description);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Finding.waiting(missing(description, configuration, seen));
            default -> known.map(Finding::failed).orElseGet(() -> satisfied(description, configuration, seen));
        };
    }

    private Finding unconfigured(ComponentDescriptionDTO description) {
        String what = runtime.isComponentEnabled(description)
                ? "configuration " + String.join(" or ", description.configurationPid)
                : "component " + description.name + " is disabled";
        return Finding.waiting(List.of(what));
    }

    private List<String> missing(
            ComponentDescriptionDTO description, ComponentConfigurationDTO configuration, Set<String> seen) {
        return Arrays.stream(configuration.unsatisfiedReferences)
                .map(reference -> named(description, reference))
                .map(interfaceName -> new Missing(interfaceName, reason(interfaceName, seen)).toString())
                .toList();
    }

    private static String named(ComponentDescriptionDTO description, UnsatisfiedReferenceDTO missing) {
        return references(description)
                .filter(reference -> reference.name.equals(missing.name))
                .map(reference -> reference.interfaceName)
                .findFirst()
                .orElse(missing.name);
    }

    private static Stream<ReferenceDTO> references(ComponentDescriptionDTO description) {
        return Arrays.stream(description.references);
    }

    /** A failure of its own, unless it only asked for a service whose component fails: then it waits for that. */
    private Finding failed(
            ComponentDescriptionDTO description, ComponentConfigurationDTO configuration, Set<String> seen) {
        List<String> unable = unable(description, seen);
        if (!unable.isEmpty()) {
            return Finding.waiting(unable);
        }
        return Finding.failed(
                configuration.failure == null ? "no reason given" : FailureText.firstLine(configuration.failure));
    }

    /** All references have a service, but the component is not active; nobody asked for it yet, or it is under way. */
    private Finding satisfied(
            ComponentDescriptionDTO description, ComponentConfigurationDTO configuration, Set<String> seen) {
        List<String> unable = unable(description, seen);
        if (unable.isEmpty() && !description.immediate) {
            return Finding.ready(configuration.id);
        }
        return Finding.waiting(unable.isEmpty() ? List.of("its own activation") : unable);
    }

    /** The mandatory references whose service is registered but cannot be had, with the reasons. */
    private List<String> unable(ComponentDescriptionDTO description, Set<String> seen) {
        return references(description)
                .filter(reference -> reference.cardinality.startsWith("1"))
                .map(reference -> reference.interfaceName)
                .distinct()
                .map(interfaceName -> new Missing(interfaceName, reason(interfaceName, seen)))
                .filter(missing -> !missing.reason().isEmpty())
                .map(Missing::toString)
                .toList();
    }

    /** An interface, and why it is not there: empty, or beginning with a colon. */
    private record Missing(String interfaceName, String reason) {
        @Override
        public String toString() {
            return interfaceName + reason;
        }
    }

    /** Why nobody offers this interface, beginning with a colon; empty if that is not known. */
    private String reason(String interfaceName, Set<String> seen) {
        List<ComponentDescriptionDTO> providers = descriptions.stream()
                .filter(description ->
                        Arrays.asList(description.serviceInterfaces).contains(interfaceName))
                .toList();
        for (ComponentDescriptionDTO provider : providers) {
            if (!seen.add(provider.name)) {
                continue;
            }
            Finding finding = of(provider, seen);
            seen.remove(provider.name);
            if (finding.failure().isPresent()) {
                return ": " + provider.name + " failed: " + finding.failure().get();
            }
            if (finding.state() == StageState.WAITING) {
                return ": " + provider.name + " waits for " + String.join(", ", finding.waitingFor());
            }
        }
        return providers.isEmpty()
                ? bundles.dormantProvider(interfaceName)
                        .map(bundle -> ": bundle " + bundle + " is not started")
                        .orElse("")
                : "";
    }
}
