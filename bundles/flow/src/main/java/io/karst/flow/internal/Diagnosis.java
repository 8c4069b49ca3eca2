// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;

/**
 * Explains why a stage is not ready. The reason comes from the stage's runner or, while its component does not exist, from
 * Declarative Services and the framework.
 */
final class Diagnosis {
    private static final String CAUSE = "Caused by: ";

    /** Of a component that exists, or is about to, and whose work is not done yet; see {@link StageReport}. */
    private static final List<String> UNDER_WAY = List.of("its own activation");

    private final ServiceComponentRuntime runtime;
    private final Bundles bundles;
    private final Collection<ComponentDescriptionDTO> descriptions;

    Diagnosis(ServiceComponentRuntime runtime, Bundles bundles) {
        this.runtime = runtime;
        this.bundles = bundles;
        this.descriptions = runtime.getComponentDescriptionDTOs();
    }

    /**
     * State of one component.
     *
     * @param state as a stage's
     * @param waitingFor what is missing, with the reasons
     * @param failure in one line
     */
    record Finding(StageState state, List<String> waitingFor, Optional<String> failure) {

        static Finding ready() {
            return new Finding(StageState.READY, List.of(), Optional.empty());
        }

        static Finding waiting(List<String> waitingFor) {
            return new Finding(StageState.WAITING, waitingFor, Optional.empty());
        }

        static Finding failed(String reason) {
            return new Finding(StageState.FAILED, List.of(), Optional.of(reason));
        }
    }

    Finding of(StagePlace place) {
        if (!place.started()) {
            return Finding.waiting(List.of("bundle " + place.bundle() + " is not started"));
        }
        return description(place.component())
                .map(description -> of(description, new HashSet<>(Set.of(description.name))))
                .orElseGet(() -> Finding.waiting(
                        List.of("component " + place.component() + " is not known to Declarative Services")));
    }

    private Optional<ComponentDescriptionDTO> description(String component) {
        return descriptions.stream()
                .filter(description -> component.equals(description.name))
                .findFirst();
    }

    /** {@code seen} holds the components on the path so far, so that a cycle of references ends. */
    private Finding of(ComponentDescriptionDTO description, Set<String> seen) {
        Optional<StageReport> running = bundles.running(description.name);
        if (running.isPresent()) {
            StageReport report = running.get();
            return new Finding(report.state(), report.waitingFor(), report.lastError());
        }
        Optional<ComponentConfigurationDTO> found =
                runtime.getComponentConfigurationDTOs(description).stream().findFirst();
        if (found.isEmpty()) {
            return unconfigured(description);
        }
        ComponentConfigurationDTO configuration = found.get();
        return switch (configuration.state) {
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> Finding.failed(failure(configuration));
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION -> unconfigured(description);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                Finding.waiting(missing(description, configuration, seen));
            case ComponentConfigurationDTO.SATISFIED ->
                description.immediate ? Finding.waiting(UNDER_WAY) : Finding.ready();
            default -> Finding.ready();
        };
    }

    /** Why a component failed: the last cause of its stack trace, without the frames. */
    static String failure(ComponentConfigurationDTO configuration) {
        if (configuration.failure == null) {
            return "no reason given";
        }
        return configuration
                .failure
                .lines()
                .filter(line -> line.startsWith(CAUSE))
                .reduce((first, last) -> last)
                .map(line -> line.substring(CAUSE.length()))
                .orElseGet(() -> configuration.failure.lines().findFirst().orElse(""));
    }

    private Finding unconfigured(ComponentDescriptionDTO description) {
        String what = runtime.isComponentEnabled(description)
                ? "configuration " + String.join(" or ", description.configurationPid)
                : "component " + description.name + " is disabled";
        return Finding.waiting(List.of(what));
    }

    /** The last stage before this one; if no stage is missing, why the other services are not there. */
    private List<String> missing(
            ComponentDescriptionDTO description, ComponentConfigurationDTO configuration, Set<String> seen) {
        List<String> interfaces = Arrays.stream(configuration.unsatisfiedReferences)
                .map(reference -> named(description, reference))
                .toList();
        Optional<StagePlace> stage = interfaces.stream()
                .flatMap(interfaceName -> stages(interfaceName))
                .max(Comparator.comparingInt(StagePlace::order));
        return stage.map(place -> List.of(place.name()))
                .orElseGet(() -> interfaces.stream()
                        .flatMap(interfaceName -> causes(interfaceName, seen).stream())
                        .distinct()
                        .toList());
    }

    /** Installed stages that offer an interface, started or not. */
    private Stream<StagePlace> stages(String interfaceName) {
        Set<String> components =
                providers(interfaceName).map(provider -> provider.name).collect(Collectors.toSet());
        Optional<String> dormant = bundles.dormantProvider(interfaceName);
        return bundles.stages().stream()
                .filter(place -> components.contains(place.component())
                        || dormant.filter(place.bundle()::equals).isPresent());
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

    /** Why nobody offers this interface: what is at the end of the chain of components that wait. */
    private List<String> causes(String interfaceName, Set<String> seen) {
        List<ComponentDescriptionDTO> providers = providers(interfaceName).toList();
        for (ComponentDescriptionDTO provider : providers) {
            String name = provider.name.replaceFirst("^io\\.karst\\.", "");
            if (!seen.add(provider.name)) {
                return List.of(name + ", in a circle");
            }
            Finding finding = of(provider, seen);
            seen.remove(provider.name);
            if (finding.failure().isPresent()) {
                return List.of(name + " failed: " + finding.failure().get());
            }
            if (finding.state() == StageState.WAITING) {
                return finding.waitingFor().equals(UNDER_WAY) ? List.of(name) : finding.waitingFor();
            }
        }
        return List.of(
                providers.isEmpty()
                        ? bundles.dormantProvider(interfaceName)
                                .map(bundle -> interfaceName + ": bundle " + bundle + " is not started")
                                .orElse(interfaceName)
                        : interfaceName);
    }

    private Stream<ComponentDescriptionDTO> providers(String interfaceName) {
        return descriptions.stream().filter(description -> provides(description, interfaceName));
    }

    /** Whether the component or its runner registers this interface. */
    private boolean provides(ComponentDescriptionDTO description, String interfaceName) {
        List<String> interfaces = Arrays.asList(description.serviceInterfaces);
        return interfaces.contains(interfaceName)
                || (interfaces.contains(Stage.class.getName()) && bundles.offers(description.bundle.id, interfaceName));
    }
}
