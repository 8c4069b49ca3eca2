// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.locktracer.internal.pinned;

import io.karst.bpf.Bpf;
import io.karst.bpf.DirectoryClaim;
import io.karst.contention.KernelPins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Finds and removes pins. There while the bundle is started, whatever the tracer does. */
@Component(name = "io.karst.lock-tracer.pin-maintenance", configurationPid = "io.karst.locktracer")
public final class PinCleanup implements KernelPins {

    private final Bpf bpf;
    private final PinPlace own;

    /**
     * Called by the service component runtime.
     *
     * @param context tells where this Karaf lives
     * @param bpf tells which directories are in use
     * @param config raw settings
     */
    @Activate
    public PinCleanup(BundleContext context, @Reference(name = "bpf") Bpf bpf, PinGuard.Config config) {
        this(bpf, PinPlace.of(true, config.pin_path(), config.pin_instance(), context));
    }

    PinCleanup(Bpf bpf, PinPlace own) {
        this.bpf = bpf;
        this.own = own;
    }

    @Override
    public List<Instance> instances() {
        try {
            return PinTree.instances(own.root()).stream().map(this::instance).toList();
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
        PinPlace place = new PinPlace(true, own.root(), name);
        try {
            if (!PinTree.instances(place.root()).contains(name)) {
                return 0;
            }
            try (DirectoryClaim claim = bpf.claim(place.directory())
                    .orElseThrow(() -> new IllegalStateException("a lock tracer is at work on " + place.directory()))) {
                return PinTree.remove(place);
            }
        } catch (IOException e) {
            throw new IllegalStateException(place.directory() + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
