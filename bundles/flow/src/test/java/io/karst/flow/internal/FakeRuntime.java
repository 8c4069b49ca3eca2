// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.stage.Stage;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.component.runtime.dto.ReferenceDTO;
import org.osgi.service.component.runtime.dto.UnsatisfiedReferenceDTO;
import org.osgi.util.promise.Promise;

/** Declarative Services whose components stand as the test says. */
final class FakeRuntime implements ServiceComponentRuntime, Bundles {

    final Map<String, ComponentDescriptionDTO> descriptions = new HashMap<>();
    final Map<String, ComponentConfigurationDTO> configurations = new HashMap<>();
    final Set<String> disabled = new HashSet<>();
    final Map<String, StageReport> running = new HashMap<>();
    final Map<String, String> dormant = new HashMap<>();
    final List<StagePlace> stages = new ArrayList<>();

    /** A component {@code io.karst.<name>} that offers the interface {@code <name>} and needs others. */
    ComponentDescriptionDTO component(String name, String... needs) {
        ComponentDescriptionDTO description = new ComponentDescriptionDTO();
        description.name = "io.karst." + name;
        description.immediate = true;
        description.serviceInterfaces = new String[] {name};
        description.configurationPid = new String[] {description.name};
        description.bundle = new BundleDTO();
        description.bundle.id = 7;
        description.references =
                Arrays.stream(needs).map(FakeRuntime::reference).toArray(ReferenceDTO[]::new);
        descriptions.put(description.name, description);
        return description;
    }

    private static ReferenceDTO reference(String need) {
        ReferenceDTO reference = new ReferenceDTO();
        reference.name = "ref-" + need;
        reference.interfaceName = need;
        reference.cardinality = "1..1";
        return reference;
    }

    /** Puts a component into a state; {@code missing} are the interfaces it lacks. */
    ComponentConfigurationDTO stands(String name, int state, String... missing) {
        ComponentConfigurationDTO configuration = new ComponentConfigurationDTO();
        configuration.state = state;
        configuration.id = 42;
        configuration.unsatisfiedReferences = Arrays.stream(missing)
                .map(need -> {
                    UnsatisfiedReferenceDTO reference = new UnsatisfiedReferenceDTO();
                    reference.name = "ref-" + need;
                    return reference;
                })
                .toArray(UnsatisfiedReferenceDTO[]::new);
        configurations.put("io.karst." + name, configuration);
        return configuration;
    }

    /** A component with a runner, whose bundle declares that it offers {@code a}. */
    void runs(String name, StageState state, String error) {
        component(name).serviceInterfaces = new String[] {Stage.class.getName()};
        running.put(
                "io.karst." + name,
                new StageReport(
                        1,
                        name,
                        "io.karst." + name,
                        state,
                        Instant.EPOCH,
                        Duration.ZERO,
                        List.of(),
                        Optional.of(error).filter(text -> !text.isEmpty())));
    }

    @Override
    public Collection<ComponentDescriptionDTO> getComponentDescriptionDTOs(Bundle... bundles) {
        return descriptions.values();
    }

    @Override
    public ComponentDescriptionDTO getComponentDescriptionDTO(Bundle bundle, String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public Collection<ComponentConfigurationDTO> getComponentConfigurationDTOs(ComponentDescriptionDTO description) {
        ComponentConfigurationDTO found = configurations.get(description.name);
        return found == null || disabled.contains(description.name) ? List.of() : List.of(found);
    }

    @Override
    public boolean isComponentEnabled(ComponentDescriptionDTO description) {
        return !disabled.contains(description.name);
    }

    @Override
    public Promise<Void> enableComponent(ComponentDescriptionDTO description) {
        throw new UnsupportedOperationException(description.name);
    }

    @Override
    public Promise<Void> disableComponent(ComponentDescriptionDTO description) {
        throw new UnsupportedOperationException(description.name);
    }

    @Override
    public List<StagePlace> stages() {
        return stages;
    }

    @Override
    public Optional<StageReport> running(String component) {
        return Optional.ofNullable(running.get(component));
    }

    /** Bundle 7 declares what its runners register. */
    @Override
    public boolean offers(long bundleId, String interfaceName) {
        return bundleId == 7 && interfaceName.equals("a");
    }

    @Override
    public Optional<String> dormantProvider(String interfaceName) {
        return Optional.ofNullable(dormant.get(interfaceName));
    }
}
