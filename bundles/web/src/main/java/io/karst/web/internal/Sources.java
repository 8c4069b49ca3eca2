// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.web.internal;

import io.karst.ability.AbilityProbe;
import io.karst.config.ConfigClients;
import io.karst.config.ConfigListeners;
import io.karst.config.ConfigUpdates;
import io.karst.contention.ContentionHistory;
import io.karst.contention.LockContention;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.contention.TracingCost;
import io.karst.resource.MapResource;
import io.karst.resource.ResourceInventory;
import io.karst.stage.Flow;
import io.karst.stage.StageReport;
import io.karst.stage.StageState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What is there to be shown: each service may be missing at any time, which is a state that the page shows. */
@Component(service = Sources.class)
public final class Sources {
    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<LockContention> contention = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<ContentionHistory> history = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<ResourceInventory> inventory = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<LockTracer> tracer = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<Flow> flow = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<AbilityProbe> probes = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<ConfigUpdates> updates = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<ConfigListeners> listeners = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<ConfigClients> clients = List.of();

    static <T> Optional<T> first(List<T> services) {
        return services.stream().findFirst();
    }

    /** Living maps by id. */
    Map<Integer, MapResource> maps() {
        return first(inventory).map(found -> found.current().maps()).orElse(List.of()).stream()
                .collect(Collectors.toMap(MapResource::id, map -> map, (one, other) -> other, TreeMap::new));
    }

    List<LockVisibility> visibility() {
        return first(tracer).map(LockTracer::visibility).orElse(List.of());
    }

    Optional<TracingCost> cost() {
        return first(tracer).map(LockTracer::cost);
    }

    List<StageReport> stages() {
        return first(flow).map(Flow::stages).orElse(List.of());
    }

    /**
     * Why a service is not there, in one sentence.
     *
     * @param last the last stage that the service needs
     */
    String missing(String last) {
        for (StageReport stage : stages()) {
            if (stage.isStage() && stage.state() == StageState.FAILED) {
                return "Stage " + stage.name() + " failed: " + stage.lastError().orElse("no reason given");
            }
            if (stage.isStage() && stage.state() != StageState.READY) {
                return "Stage " + stage.name() + " is not ready"
                        + (stage.waitingFor().isEmpty()
                                ? ""
                                : stage.waitingFor().stream()
                                        .map(what -> what.endsWith("not started") ? what : "waiting for " + what)
                                        .collect(Collectors.joining(", ", ": ", "")));
            }
            if (stage.name().equals(last)) {
                break;
            }
        }
        return "Bundle io.karst." + last + " is not started";
    }
}
