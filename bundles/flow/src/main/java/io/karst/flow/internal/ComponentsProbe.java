// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.flow.internal;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.component.SafeText;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Whether components of Karst failed to start. Declarative Services logs that once, and what is not a stage would be missing without a
 * word afterwards.
 */
@Component(name = "io.karst.flow.components")
public final class ComponentsProbe implements AbilityProbe {
    private static final String KARST = "io.karst.";

    private final ServiceComponentRuntime runtime;

    /** Looks when it is asked. */
    @Activate
    public ComponentsProbe(@Reference(name = "runtime") ServiceComponentRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public List<Ability> probe() {
        List<ComponentDescriptionDTO> own = runtime.getComponentDescriptionDTOs().stream()
                .filter(component -> component.bundle.symbolicName.startsWith(KARST))
                .sorted(Comparator.comparing(component -> component.name))
                .toList();
        List<ComponentConfigurationDTO> failed = own.stream()
                .flatMap(component -> runtime.getComponentConfigurationDTOs(component).stream())
                .filter(configuration -> configuration.state == ComponentConfigurationDTO.FAILED_ACTIVATION)
                .toList();
        return List.of(new Ability(
                "components of Karst",
                failed.isEmpty(),
                failed.isEmpty()
                        ? "none of " + own.size() + " has failed"
                        : failed.stream().map(ComponentsProbe::text).collect(Collectors.joining("; ")),
                "what they do is missing; the log has the error in full",
                failed.stream()
                        .map(configuration -> "bundle:restart " + configuration.description.bundle.symbolicName)
                        .distinct()
                        .collect(Collectors.joining(", ", "mend the cause, then ", ""))));
    }

    private static String text(ComponentConfigurationDTO configuration) {
        return configuration.description.name + ": " + SafeText.of(Diagnosis.failure(configuration));
    }
}
