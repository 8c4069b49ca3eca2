// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.demo.internal;

import io.karst.asset.CoreAssetLoader;
import io.karst.bpf.Bpf;
import io.karst.bpf.BpfException;
import io.karst.bpf.BpfObject;
import io.karst.bpf.BpfProgram;
import io.karst.bpf.MapInfo;
import io.karst.bpf.ObjectSpec;
import io.karst.component.SafeText;
import io.karst.contention.LockTracer;
import io.karst.contention.LockVisibility;
import io.karst.resource.Inventory;
import io.karst.resource.ResourceInventory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one load at a time. Thread-safe. Immediate, because a delayed component would be deactivated, with its load, as
 * soon as the command that started the load has returned. What it needs may come and go, so that it can still say why a load ended.
 */
@Component(name = "io.karst.demo", service = DemoLoad.class, immediate = true)
public final class DemoLoad implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoLoad.class);
    private static final String ASSET = "contention_load";

    private Optional<Bpf> bpf = Optional.empty();
    private Optional<CoreAssetLoader> assets = Optional.empty();

    @Reference(name = "inventories", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<ResourceInventory> inventories = List.of();

    @Reference(name = "tracers", policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<LockTracer> tracers = List.of();

    private Optional<Started> last = Optional.empty();

    private record Started(DemoPlan plan, Instant since, MapInfo map, Bpf bpf, Workload workload) {}

    /** Constructor for the service component runtime. */
    @Activate
    public DemoLoad() {}

    DemoLoad(Bpf bpf, CoreAssetLoader assets, List<ResourceInventory> inventories, List<LockTracer> tracers) {
        addBpf(bpf);
        addAssets(assets);
        this.inventories = List.copyOf(inventories);
        this.tracers = List.copyOf(tracers);
    }

    @Reference(
            name = "bpf",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeBpf")
    synchronized void addBpf(Bpf added) {
        bpf = Optional.of(added);
    }

    /** Ends the load that uses it: what is closed after this call must not be used any more. */
    synchronized void removeBpf(Bpf removed) {
        bpf = bpf.filter(current -> current != removed);
        last.filter(started -> started.bpf() == removed)
                .ifPresent(started -> end(started, "bundle io.karst.libbpf was stopped or updated"));
    }

    @Reference(
            name = "assets",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeAssets")
    synchronized void addAssets(CoreAssetLoader added) {
        assets = Optional.of(added);
    }

    /** A load that is running needs it no more. */
    synchronized void removeAssets(CoreAssetLoader removed) {
        assets = assets.filter(current -> current != removed);
    }

    private static void end(Started started, String why) {
        if (started.workload().isRunning()) {
            String kind = started.plan().kind().word();
            LOG.warn("the {} demo has ended because {}", kind, why);
            started.workload().fail(why + ". Start it again with karst:demo start " + kind);
        }
        started.workload().close();
    }

    /**
     * Starts a load; its map is tracked before the first lock is taken.
     *
     * @throws IllegalStateException if a load is running, the kernel has no such lock, or libbpf or core-assets is not ready
     * @throws io.karst.asset.AssetException if the programs cannot be loaded
     */
    synchronized DemoStatus start(DemoPlan plan) {
        last.filter(started -> started.workload().isRunning()).ifPresent(started -> {
            throw new IllegalStateException(
                    "The " + started.plan().kind().word() + " demo is already running. Stop it first: karst:demo stop");
        });
        Bpf loader = bpf.orElseThrow(() -> new IllegalStateException("libbpf is not ready. See karst:flow"));
        BpfObject object = assets.orElseThrow(
                        () -> new IllegalStateException("core-assets is not ready. See karst:flow"))
                .load(
                        ASSET,
                        (asset, btf) -> loader.load(
                                ObjectSpec.of(asset, btf).programs(plan.kind().programs())));
        Started started = BpfObject.handOver(object, loaded -> prepared(loaded, loader, plan));
        last = Optional.of(started);
        started.workload().start();
        return status().orElseThrow();
    }

    private Started prepared(BpfObject object, Bpf loader, DemoPlan plan) {
        if (plan.kind().needsResilientLocks()) {
            requireResilientLocks(object, plan.kind());
        }
        MapInfo map = object.map(plan.kind().map()).info();
        track();
        return new Started(plan, Instant.now(), map, loader, new Workload(object, plan, this::track));
    }

    /** Throws if the kernel has no resilient locks: then the program does nothing and does not return 0. */
    private static void requireResilientLocks(BpfObject object, DemoKind kind) {
        BpfProgram program = object.program(kind.program().orElseThrow());
        if (program.testRun(Workload.SINGLE) != 0) {
            throw new IllegalStateException(
                    kind.word() + " needs bpf_res_spin_lock (Linux 6.15 or later), which this kernel does not have");
        }
    }

    /**
     * Triggers a scan, so that new maps are tracked and deleted ones dropped without waiting for the next regular scan.
     */
    private void track() {
        try {
            for (ResourceInventory inventory : inventories) {
                Inventory now = inventory.rescan();
                tracers.forEach(tracer -> tracer.track(now));
            }
        } catch (BpfException | IllegalStateException e) {
            LOG.warn("maps of the demo are tracked only after the next scan: {}", SafeText.of(e.getMessage()));
        }
    }

    /** Ends the load and returns its final status; empty if none was ever started. */
    synchronized Optional<DemoStatus> stop() {
        last.ifPresent(started -> started.workload().close());
        return status();
    }

    /** Status of the load that is running or ran last; empty if none was ever started. */
    synchronized Optional<DemoStatus> status() {
        return last.map(started -> {
            Workload workload = started.workload();
            DemoStatus.State state = workload.isRunning() ? DemoStatus.State.RUNNING : DemoStatus.State.ENDED;
            return new DemoStatus(
                    workload.failure().isPresent() ? DemoStatus.State.FAILED : state,
                    started.plan(),
                    started.since(),
                    started.map().id(),
                    started.map().name(),
                    workload.runs(),
                    workload.failure());
        });
    }

    /** Result of the tracer's self-test; empty while there is no tracer. */
    List<LockVisibility> visibility() {
        return tracers.stream().flatMap(tracer -> tracer.visibility().stream()).toList();
    }

    @Deactivate
    @Override
    public synchronized void close() {
        last.ifPresent(started -> end(started, "bundle io.karst.demo was stopped or updated"));
    }
}
