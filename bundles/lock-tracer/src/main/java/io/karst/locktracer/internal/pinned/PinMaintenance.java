// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.ability.Ability;
import io.karst.ability.AbilityProbe;
import io.karst.ability.Answer;
import io.karst.bpf.Bpf;
import io.karst.bpf.DirectoryClaim;
import io.karst.contention.KernelPins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Finds and removes pins, and tells {@code karst:doctor} of those that were left. Available while the bundle is started, whatever the tracer does. */
@Component(name = "io.karst.lock-tracer.pin-maintenance", configurationPid = "io.karst.locktracer")
public final class PinMaintenance implements KernelPins, AbilityProbe {

    private static final int MOST_SHOWN = 5;

    private final Bpf bpf;
    private final PinLocation own;

    /** Constructor for the service component runtime. */
    @Activate
    public PinMaintenance(BundleContext context, @Reference(name = "bpf") Bpf bpf, PinsOnUninstall.Config config) {
        this(bpf, PinLocation.orDefault(true, config.pin_path(), config.pin_instance(), context));
    }

    PinMaintenance(Bpf bpf, PinLocation own) {
        this.bpf = bpf;
        this.own = own;
    }

    /** The same while this bundle is stopped: each call looks the BPF service up in the name of the framework. */
    record WhileStopped(BundleContext system, PinLocation own) implements KernelPins, AbilityProbe {
        @Override
        public List<Ability> probe() {
            return List.of(noneLeft(() -> with(pins -> pins.left(name -> true))));
        }

        @Override
        public List<Instance> instances() {
            return with(KernelPins::instances);
        }

        @Override
        public int remove(String name) {
            return with(pins -> pins.remove(name));
        }

        private <R> R with(Function<PinMaintenance, R> use) {
            ServiceReference<Bpf> reference = system.getServiceReference(Bpf.class);
            Bpf bpf = reference == null ? null : system.getService(reference);
            if (reference == null || bpf == null) {
                throw new IllegalStateException("pins cannot be checked: start bundle io.karst.libbpf");
            }
            try {
                return use.apply(new PinMaintenance(bpf, own));
            } finally {
                system.ungetService(reference);
            }
        }
    }

    /** Leaves its own out: the tracer of this Karaf takes them over. */
    @Override
    public List<Ability> probe() {
        return List.of(noneLeft(() -> left(name -> !name.equals(own.instance()))));
    }

    private List<String> left(Predicate<String> names) {
        return instances(names).stream()
                .filter(instance -> !instance.inUse())
                .map(Instance::directory)
                .toList();
    }

    private static Ability noneLeft(Supplier<List<String>> left) {
        String check = "a tracer for each pin";
        String effect = "programs of a Karaf that does not run go on counting, and take CPU time and kernel memory";
        try {
            List<String> found = left.get();
            if (found.isEmpty()) {
                return new Ability(check, true, "every tracer that has pins is running", effect, "");
            }
            String more = found.size() > MOST_SHOWN ? " and " + (found.size() - MOST_SHOWN) + " more" : "";
            return new Ability(
                    check,
                    false,
                    "no tracer is running for "
                            + String.join(", ", found.subList(0, Math.min(found.size(), MOST_SHOWN))) + more,
                    effect,
                    "start that Karaf, which takes them over, or remove them: karst:cleanup --dead");
        } catch (IllegalStateException e) {
            return new Ability(check, Answer.NOT_KNOWN, String.valueOf(e.getMessage()), effect, "karst:cleanup --dead");
        }
    }

    @Override
    public List<Instance> instances() {
        return instances(name -> true);
    }

    private List<Instance> instances(Predicate<String> names) {
        try {
            return PinDirectory.instances(own.root()).stream()
                    .filter(names)
                    .map(this::instance)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(own.root() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Instance instance(String name) {
        Path directory = own.root().resolve(name);
        Optional<DirectoryClaim> claim = bpf.claim(directory);
        claim.ifPresent(DirectoryClaim::close);
        return new Instance(name, directory.toString(), name.equals(own.instance()), claim.isEmpty());
    }

    @Override
    public int remove(String name) {
        PinLocation location = new PinLocation(true, own.root(), name);
        try {
            if (!PinDirectory.instances(location.root()).contains(name)) {
                return 0;
            }
            try (DirectoryClaim claim = bpf.claim(location.directory())
                    .orElseThrow(
                            () -> new IllegalStateException("a lock tracer is at work on " + location.directory()))) {
                return PinDirectory.remove(location);
            }
        } catch (IOException e) {
            throw new IllegalStateException(location.directory() + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
